package cli

import (
	"cmp"
	"errors"
	"fmt"

	"desklake/extract"
	"desklake/internal/setup"
	"desklake/internal/term"
	"desklake/pipeline"
	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

type planCommand struct {
	sourceFlag

	Tables      []string `arg:"" optional:"" name:"table" help:"The tables to plan for; those of the configuration when none is named."`
	FullRefresh bool     `help:"Plan for reading everything again from the start date."`
	JSON        bool     `help:"Print JSON."`
}

// Help is shown by --help.
func (*planCommand) Help() string {
	return `Example: desklake plan --full-refresh tickets

What a sync would cost now: rows and requests are estimates where there is a ~, from the helpdesk's own counts and from
sample pages. Costs a handful of requests and writes nothing.`
}

// Run prints the plan.
func (c *planCommand) Run(a *app) error {
	conf, sources, err := c.choose(a)
	if err != nil {
		return err
	}
	tasks, err := setup.Tasks(sources, c.Tables)
	if err != nil {
		return err
	}
	for i := range tasks {
		tasks[i].FullRefresh = c.FullRefresh
	}
	defer a.tellUnnamed(conf)
	return a.plan(tasks, c.JSON)
}

// plan prints what runs of the tasks would do.
func (a *app) plan(tasks []setup.Task, asJSON bool) error {
	reports := []planReport{}
	err := a.each(tasks, func(t setup.Task) error {
		report, outcome, err := a.planOne(t)
		switch {
		case err != nil:
			return err
		case asJSON:
			reports = append(reports, report)
		case t.Name != "":
			fmt.Fprintf(a.stdout, "%s (%s)\n\n", t.Name, t.Source.Account())
			fallthrough
		default:
			err = report.print(a.stdout, t.Destination().Location())
		}
		if err != nil {
			return err
		}
		return a.tellPlanned(t, outcome)
	})
	switch {
	case !asJSON:
		return err
	case tasks[0].Name != "":
		return cmp.Or(term.JSON(a.stdout, reports), err)
	case len(reports) > 0:
		return cmp.Or(term.JSON(a.stdout, reports[0]), err)
	}
	return err
}

// planOne asks what a run of the task would do, and which of its streams would fail.
func (a *app) planOne(t setup.Task) (report planReport, outcome pipeline.Result, err error) {
	source, err := t.Open(t.Logger(a.logger))
	if err != nil {
		return report, outcome, err
	}
	plan, err := a.makePlan(t, source)
	if err != nil {
		return report, outcome, err
	}
	var tables []*schema.Table
	var streams []extract.Stream
	from := map[string]extract.Position{}
	for _, s := range plan.Streams {
		tables, streams = append(tables, s.Tables...), append(streams, s.Stream)
		from[s.Name] = s.From
	}
	changes, err := t.Destination().Changes(a.ctx, tables)
	if err != nil {
		return report, outcome, &pipeline.SinkError{Err: err}
	}
	whole := streams
	for _, s := range plan.Streams {
		if s.Window = s.Earlier; !s.Window.IsZero() {
			whole = append(whole, s.Stream)
		}
	}
	estimate := unpriced(whole)
	estimator, priced := source.(extract.Estimator)
	if priced {
		estimate = estimator.Estimate(a.ctx, whole, from, a.tellWaits())
	}
	report = newPlan(estimate, from, changes)
	report.Source, report.unpriced = t.Name, !priced
	return report, planned(streams, estimate), nil
}

// tellPlanned tells which streams would be skipped, and which would fail.
func (a *app) tellPlanned(t setup.Task, result pipeline.Result) error {
	a.printSkipped(result, t.Named)
	failed := &runError{source: t.Name, result: result, named: t.Named}
	if len(failed.failures()) == 0 {
		return nil
	}
	for _, c := range failed.causes() {
		a.print(about(t.Name, c))
	}
	return &told{failed}
}

// unpriced is the estimate of a source that does not say what reading costs.
func unpriced(streams []extract.Stream) (e extract.Estimate) {
	for _, s := range streams {
		e.Streams = append(e.Streams, extract.StreamEstimate{Stream: s.Name, Window: s.Window})
	}
	return e
}

// makePlan asks the source and the destination what a run of the job would read.
func (a *app) makePlan(t setup.Task, source extract.Source) (pipeline.Plan, error) {
	stored, err := a.checkpoints(t.Destination())
	if err != nil {
		return pipeline.Plan{}, err
	}
	catalog, err := source.Discover(a.ctx)
	if err != nil {
		return pipeline.Plan{}, err
	}
	return t.Plan(source.Scope(), catalog, stored)
}

// checkpoints reads the stored checkpoints without the lock; none where the sink is not there yet.
func (a *app) checkpoints(d sink.Destination) (map[string]state.Checkpoint, error) {
	report, err := sink.Inspect(a.ctx, d, sink.Look{})
	var none *sink.NotYet
	switch {
	case errors.As(err, &none):
		return nil, nil
	case err != nil:
		return nil, &pipeline.SinkError{Err: err}
	}
	return report.Checkpoints, nil
}

// planned is a run that would fail where the estimate did.
func planned(streams []extract.Stream, e extract.Estimate) (r pipeline.Result) {
	for i, s := range streams {
		result := pipeline.StreamResult{Stream: s.Name, Tables: extract.TableNames(s.Tables), Err: e.Streams[i].Err}
		if errors.As(result.Err, &result.Unavailable) {
			result.Err = nil
		}
		r.Streams = append(r.Streams, result)
	}
	return r
}
