package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"desklake/internal/progress"
	"desklake/internal/service"
	"desklake/internal/setup"
	"desklake/pipeline"
	"desklake/sink"
)

type syncCommand struct {
	sourceFlag

	Tables        []string `arg:"" optional:"" name:"table" help:"The tables to sync; those of the configuration when none is named."`
	FullRefresh   bool     `help:"Read everything again from the start date. Rows that are there stay until they are met again."`
	DryRun        bool     `help:"Do nothing, but print what it would cost, as desklake plan does."`
	AcceptDeletes bool     `help:"Mark rows as deleted even where a list is empty or more than half of a table is gone, and believe that of a table that was lost no more is left."`
}

// Help is shown by --help.
func (*syncCommand) Help() string {
	return `Example: desklake sync tickets users

Several sources are read one after another, each in a run of its own; what goes wrong with one keeps no other from being
read. The first signal (Ctrl-C) ends it in an orderly way, with everything that was received committed; the next sync goes on
from there.`
}

// Run executes one run and prints what it did.
func (c *syncCommand) Run(a *app) error {
	conf, sources, err := c.choose(a)
	if err != nil {
		return err
	}
	tasks, err := setup.Tasks(sources, c.Tables)
	if err != nil {
		return err
	}
	for i := range tasks {
		tasks[i].FullRefresh, tasks[i].AcceptDeletes = c.FullRefresh, c.AcceptDeletes
	}
	if c.DryRun {
		return a.plan(tasks, false)
	}
	return a.sync(conf, tasks)
}

// sync executes the tasks, prints what they did and tells whom the configuration names.
func (a *app) sync(conf *setup.Setup, tasks []setup.Task) error {
	var runs []sink.Run
	err := a.each(tasks, func(t setup.Task) error {
		run, err := a.syncOne(conf, t)
		runs = append(runs, run)
		return err
	})
	a.tellUnnamed(conf)
	if err == nil {
		service.TellSuccess(a.ctx, conf, a.Version, a.logger, runs)
	}
	return err
}

// syncOne executes one task. The job's wiring is added here.
func (a *app) syncOne(conf *setup.Setup, t setup.Task) (sink.Run, error) {
	job, destination := t.Job, t.Destination()
	job.Trigger, job.Stop, job.Version, job.CommitRows = cmp.Or(job.Trigger, sink.ByHand), a.ctx.Done(), a.Version, a.CommitRows
	began, log := time.Now(), t.Logger(a.logger)
	var shown progress.Progress
	result, err := pipeline.Execute(context.WithoutCancel(a.ctx), pipeline.Execution{
		Open: t.Open, Destination: destination, Job: job, Log: log, Patience: a.ctx, Waiting: a.tellLocked(destination, log),
		Begin: func(plan pipeline.Plan, its *slog.Logger) pipeline.Progress {
			began, log = time.Now(), its
			a.tellResumed(job, plan, log)
			a.tellSource(t.Source)
			shown = a.output().Begin(plan, job, log)
			return shown
		}})
	if shown != nil {
		a.output().End(shown)
	}
	defer service.TellSync(a.ctx, conf, t.Source, a.Version, a.logger, result, err)
	if result.Run.Finished.IsZero() { // it could not begin
		return result.Run, err
	}
	printSummary(a.stdout, result, inSource(t.Source, destination.Location()), time.Since(began))
	if a.json {
		progress.LogEnd(log, result, job, err, time.Since(began))
	} else {
		a.printSkipped(result, job.Named)
	}
	failed := newRunError(t.Name, result, job.Named)
	if err != nil && brokeSink(result) {
		return result.Run, err // it is why the streams failed
	}
	if failed != nil && err != nil {
		a.print(about(t.Name, err)) // what is reported in the end is the run's
	}
	return result.Run, errors.Join(failed, err)
}

// brokeSink reports that a stream met what has broken the sink: what follows from that is one thing with it.
func brokeSink(result pipeline.Result) bool {
	return slices.ContainsFunc(result.Streams, func(s pipeline.StreamResult) bool {
		var broken *pipeline.SinkError
		return errors.As(s.Err, &broken)
	})
}

func (a *app) output() progress.Output {
	return progress.Output{Stderr: a.stderr, Log: a.log, JSON: a.json}
}

// tellSource says which of several sources is read now, where progress is for people.
func (a *app) tellSource(s *setup.Source) {
	if s.Name != "" && !a.json {
		fmt.Fprintf(a.stderr, "%s (%s)\n", s.Name, s.Account())
	}
}

// inSource is what is said of a place, or of what is printed below it, where there are several sources.
func inSource(s *setup.Source, text string) string {
	if s.Name == "" {
		return text
	}
	return s.Name + ": " + text
}

// openSink opens a destination, and waits for it if another process has it.
func (a *app) openSink(d sink.Destination) (sink.Sink, error) {
	return pipeline.OpenSink(a.ctx, d, a.tellLocked(d, a.logger))
}

// tellLocked returns what tells who has the destination.
func (a *app) tellLocked(d sink.Destination, log *slog.Logger) func(holder string) {
	return func(holder string) {
		if a.json {
			log.Info("waiting for the sink", "path", d.Location(), "holder", holder, "at_most", d.LockWait())
			return
		}
		fmt.Fprintf(a.stderr, "%s; waiting for up to %s\n", (&sink.Locked{Path: d.Location(), Holder: holder}).Error(), d.LockWait())
	}
}

// loadConfig loads the configuration, which a signal breaks off: it can be a pipe that nobody writes to.
func (a *app) loadConfig() (*setup.Setup, error) {
	return a.Drivers.Load(a.ctx, a.config)
}
