package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"desklake/extract"
	"desklake/internal/config"
	"desklake/pipeline"
	"desklake/sink"
	"desklake/state"
)

// execution is one run that is to be.
type execution struct {
	open sourceOpener
	sink config.Sink
	job  pipeline.Job
	log  *slog.Logger // without the run's id

	// begin is told what is known when the sink is open. What it returns is told how the run goes.
	begin func(begun) pipeline.Progress
}

// sourceOpener opens a source, which logs as it is told.
type sourceOpener func(*slog.Logger) (extract.Source, error)

func opener(c config.Source) sourceOpener {
	return func(log *slog.Logger) (extract.Source, error) { return sources[c.Type].open(c, log) }
}

// begun is a run whose sink is open.
type begun struct {
	log     *slog.Logger // with the run's id
	streams []extract.Stream
	stored  map[string]state.Checkpoint
}

// execute opens the sink, waiting for it until patience ends, executes the job, publishes what it changed and closes the
// sink. The run gets its id when it has the sink: the ids of a sink's runs are in the order of the runs. The result of a
// run that ended comes with the error of publishing it.
func (a *app) execute(ctx, patience context.Context, x execution) (result pipeline.Result, err error) {
	dst, err := a.openSink(patience, x.sink, x.log)
	if err != nil {
		return result, err
	}
	defer func() { err = closeSink(dst, err) }()
	x.job.ID, x.job.Version, x.job.CommitRows = pipeline.NewRunID(time.Now()), version(), commitRows
	run := begun{log: x.log.With("run", x.job.ID)}
	source, err := x.open(run.log)
	if err != nil {
		return result, err
	}
	if c, ok := source.(io.Closer); ok {
		defer c.Close()
	}
	if run.stored, err = dst.Checkpoints(ctx); err != nil {
		return result, &pipeline.SinkError{Err: err}
	}
	run.streams = x.job.Streams(source, run.stored)
	x.job.Progress = x.begin(run)
	if result, err = pipeline.Run(ctx, source, dst, x.job); err == nil {
		err = publish(patience, dst, x.sink, &result.Run, run.log)
	}
	return result, err
}

// openSink opens the sink, and waits for it if another process has it, until ctx ends.
func (a *app) openSink(ctx context.Context, c config.Sink, log *slog.Logger) (sink.Sink, error) {
	return sinks[c.Type].open(ctx, c, func(holder string) {
		if a.json {
			log.Info("waiting for the sink", "path", c.Path, "holder", holder, "at_most", c.LockWait)
			return
		}
		fmt.Fprintf(a.stderr, "%s; waiting for up to %s\n", (&sink.Locked{Path: c.Path, Holder: holder}).Error(), c.LockWait)
	})
}
