package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"desklake/internal/config"
	"desklake/pipeline"
	"desklake/sink"
	"desklake/sink/duckdb"
)

type publishCommand struct {
	Force bool `help:"Replace the copy also where a table lost more rows than sink.publish_guard allows."`
}

// Help is shown by --help.
func (*publishCommand) Help() string {
	return `Example: desklake publish --force

Brings the copy for analysts (sink.publish) up to date, as each run does at its end.`
}

// Run publishes without a run.
func (c *publishCommand) Run(a *app) error {
	conf, err := a.loadConfig()
	if err != nil {
		return err
	}
	if conf.Sink.Publish == "" {
		return &config.Error{File: a.config, Problems: []config.Problem{{Text: "sink.publish: missing, write where the copy is to be"}}}
	}
	ctx, cancel := a.signals.context(a.ctx)
	defer cancel()
	dst, err := a.openSink(ctx, conf.Sink, a.logger)
	if err != nil {
		return err
	}
	replaced, err := sinks[conf.Sink.Type].publish(ctx, dst, c.Force)
	if err != nil {
		err = publishFailure(ctx, err)
	}
	if err = closeSink(dst, err); err != nil {
		return err
	}
	state := "is up to date"
	if replaced {
		state = "was brought up to date"
	}
	_, err = fmt.Fprintln(a.stdout, conf.Sink.Publish, state)
	return err
}

// publish brings the copy for analysts up to date at the end of a run, unless the run ended before its time: then the
// next one does. What goes wrong is stored with the run; its rows are committed all the same.
func publish(ctx context.Context, dst sink.Sink, c config.Sink, run *sink.Run, log *slog.Logger) error {
	if c.Publish == "" || run.Status != sink.Done && run.Status != sink.Partial {
		return nil
	}
	replaced, err := sinks[c.Type].publish(ctx, dst, false)
	switch {
	case err == nil:
		if replaced {
			log.Info("published", "path", c.Publish)
		}
		return nil
	case ctx.Err() == nil:
		run.Status, run.Error = sink.Partial, cmp.Or(run.Error, err.Error())
		err = errors.Join(err, dst.SaveRun(ctx, *run))
	}
	return publishFailure(ctx, err)
}

// publishFailure gives an error of publishing its exit code.
func publishFailure(ctx context.Context, err error) error {
	var shrunk *duckdb.Shrunk
	switch {
	case ctx.Err() != nil:
		return pipeline.ErrStopped
	case errors.As(err, &shrunk):
		return err
	}
	return &pipeline.SinkError{Err: err}
}
