package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"desklake/extract"
	"desklake/internal/config"
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
	source, job, err := a.job(conf, c.Tables)
	if err != nil {
		return err
	}
	job.FullRefresh, job.AcceptDeletes = c.FullRefresh, c.AcceptDeletes
	if c.DryRun {
		return a.plan(conf, source, job, false)
	}
	return a.sync(conf, job)
}

// job is what a run is to do that was told these tables, or none; and the source for it.
func (a *app) job(conf *config.Config, named []string) (extract.Source, pipeline.Job, error) {
	kind := sources[conf.Source.Type]
	all, configured := tableNames(kind.tables()), configuredTables(conf)
	job := pipeline.Job{Tables: configured, Beside: configured, Named: len(named) > 0 || conf.Tables != nil,
		History: conf.Sink.History}
	if len(named) > 0 {
		if err := checkTables(named, all); err != nil {
			return nil, job, err
		}
		job.Tables = named
	}
	source, err := kind.open(conf.Source, a.logger)
	return source, job, err
}

// configuredTables are the tables that a configuration selects.
func configuredTables(conf *config.Config) []string {
	if conf.Tables == nil {
		return tableNames(sources[conf.Source.Type].tables())
	}
	return conf.Tables
}

// commitRows is how often the pipeline commits; 0 for its own choice. Tests that kill the program set it, so that there
// is much to hit.
var commitRows int64

// sync executes the job, prints what it did and tells whom the configuration names. The job's wiring is added here.
func (a *app) sync(conf *config.Config, job pipeline.Job) error {
	job.Trigger, job.Stop = cmp.Or(job.Trigger, "cli"), a.signals.stop
	patience, cancel := a.signals.context(a.ctx)
	defer cancel()
	began, log := time.Now(), a.logger
	var shown progress
	result, err := a.execute(a.ctx, patience, execution{open: opener(conf.Source), sink: conf.Sink, job: job, log: log, begin: func(run begun) pipeline.Progress {
		began, log = time.Now(), run.log
		a.tellResumed(job, run)
		shown = a.newProgress(run.streams, job, run.log)
		return shown
	}})
	if shown != nil {
		a.endProgress(shown)
	}
	defer a.tellSync(patience, conf, result, err)
	if err != nil && result.Run.Status != sink.Done && result.Run.Status != sink.Partial {
		return err
	}
	printSummary(a.stdout, result, conf.Sink.Path, time.Since(began))
	if a.json {
		logEnd(log, result, job.Named, err, time.Since(began))
	} else {
		a.printSkipped(result, job.Named)
	}
	failed := newRunError(result, job.Named)
	if failed != nil && err != nil {
		a.print(err) // what is reported in the end is the run's
	}
	return errors.Join(failed, err)
}

func checkTables(named, known []string) error {
	for _, name := range named {
		if slices.Contains(known, name) {
			continue
		}
		problem := fmt.Sprintf("there is no table %q", name)
		if near := config.Nearest(name, known); near != "" {
			problem += fmt.Sprintf(", did you mean %q?", near)
		}
		return &unknownTable{problem, known}
	}
	return nil
}

// unknownTable is a table that the catalog does not have.
type unknownTable struct {
	problem string
	known   []string
}

func (e *unknownTable) Error() string { return e.problem }

// Hint lists the tables.
func (e *unknownTable) Hint() string { return "The tables are " + strings.Join(e.known, ", ") + "." }

// loadConfig loads the configuration, which a signal breaks off: it can be a pipe that nobody writes to.
func (a *app) loadConfig() (*config.Config, error) {
	ctx, cancel := a.signals.context(a.ctx)
	defer cancel()
	return config.Load(ctx, a.config, knownNames())
}

// knownNames is what a configuration may name.
func knownNames() config.Known {
	known := config.Known{Sources: sourceNames(), Sinks: sinkNames(), Publishers: publishers()}
	for _, name := range known.Sources {
		known.Tables = append(known.Tables, tableNames(sources[name].tables())...)
	}
	return known
}
