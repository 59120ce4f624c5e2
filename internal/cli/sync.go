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
	Tables        []string `arg:"" optional:"" name:"table" help:"The tables to sync; those of the configuration when none is named."`
	FullRefresh   bool     `help:"Read everything again from the start date. Rows that are there stay until they are met again."`
	DryRun        bool     `help:"Do nothing, but print what it would cost, as desklake plan does."`
	AcceptDeletes bool     `help:"Mark rows as deleted even where a list is empty or more than half of a table is gone."`
}

// Help is shown by --help.
func (*syncCommand) Help() string {
	return `Example: desklake sync tickets users

The first signal (Ctrl-C) ends it in an orderly way, with everything that was received committed; the next sync goes on
from there.`
}

// Run executes one run and prints what it did.
func (c *syncCommand) Run(a *app) error {
	conf, err := a.loadConfig()
	if err != nil {
		return err
	}
	job, err := conf.Job(c.Tables)
	if err != nil {
		return err
	}
	job.FullRefresh, job.AcceptDeletes = c.FullRefresh, c.AcceptDeletes
	if c.DryRun {
		return a.plan(conf, job, false)
	}
	return a.sync(conf, job)
}

// sync executes the job, prints what it did and tells whom the configuration names. The job's wiring is added here.
func (a *app) sync(conf *setup.Setup, job pipeline.Job) error {
	job.Trigger, job.Stop, job.Version, job.CommitRows = cmp.Or(job.Trigger, sink.ByHand), a.ctx.Done(), a.Version, a.CommitRows
	began, log := time.Now(), a.logger
	var shown progress.Progress
	result, err := pipeline.Execute(context.WithoutCancel(a.ctx), pipeline.Execution{
		Open: conf.OpenSource, Destination: conf.Destination(), Job: job, Log: log, Patience: a.ctx, Waiting: a.tellLocked(conf, log),
		Begin: func(plan pipeline.Plan, its *slog.Logger) pipeline.Progress {
			began, log = time.Now(), its
			a.tellResumed(job, plan, log)
			shown = a.output().Begin(plan, job, log)
			return shown
		}})
	if shown != nil {
		a.output().End(shown)
	}
	defer service.TellSync(a.ctx, conf, a.Version, a.logger, result, err)
	if result.Run.Finished.IsZero() { // it could not begin
		return err
	}
	printSummary(a.stdout, result, conf.Destination().Location(), time.Since(began))
	if a.json {
		progress.LogEnd(log, result, job.Named, err, time.Since(began))
	} else {
		a.printSkipped(result, job.Named)
	}
	failed := newRunError(result, job.Named)
	if err != nil && brokeSink(result) {
		return err // it is why the streams failed
	}
	if failed != nil && err != nil {
		a.print(err) // what is reported in the end is the run's
	}
	return errors.Join(failed, err)
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

// openSink opens the destination, and waits for it if another process has it.
func (a *app) openSink(conf *setup.Setup) (sink.Sink, error) {
	return pipeline.OpenSink(a.ctx, conf.Destination(), a.tellLocked(conf, a.logger))
}

// tellLocked returns what tells who has the destination.
func (a *app) tellLocked(conf *setup.Setup, log *slog.Logger) func(holder string) {
	d := conf.Destination()
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
