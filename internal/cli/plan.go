package cli

import (
	"errors"

	"desklake/extract"
	"desklake/internal/setup"
	"desklake/internal/term"
	"desklake/pipeline"
	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

type planCommand struct {
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
	conf, err := a.loadConfig()
	if err != nil {
		return err
	}
	job, err := conf.Job(c.Tables)
	if err != nil {
		return err
	}
	job.FullRefresh = c.FullRefresh
	return a.plan(conf, job, c.JSON)
}

// plan prints what a run of the job would do.
func (a *app) plan(conf *setup.Setup, job pipeline.Job, asJSON bool) error {
	source, err := conf.OpenSource(a.logger)
	if err != nil {
		return err
	}
	plan, err := a.makePlan(conf, source, job)
	if err != nil {
		return err
	}
	var tables []*schema.Table
	var streams []extract.Stream
	from := map[string]extract.Position{}
	for _, s := range plan.Streams {
		tables, streams = append(tables, s.Tables...), append(streams, s.Stream)
		from[s.Name] = s.From
	}
	changes, err := conf.Destination().Changes(a.ctx, tables)
	if err != nil {
		return &pipeline.SinkError{Err: err}
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
	report := newPlan(estimate, from, changes)
	report.unpriced = !priced
	if asJSON {
		err = term.JSON(a.stdout, report)
	} else {
		err = report.print(a.stdout, conf.Destination().Location())
	}
	if err != nil {
		return err
	}
	result := planned(streams, estimate)
	a.printSkipped(result, job.Named)
	failed := &runError{result: result, named: job.Named}
	if len(failed.failures()) == 0 {
		return nil
	}
	for _, c := range failed.causes() {
		a.print(c)
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
func (a *app) makePlan(conf *setup.Setup, source extract.Source, job pipeline.Job) (pipeline.Plan, error) {
	stored, err := a.checkpoints(conf)
	if err != nil {
		return pipeline.Plan{}, err
	}
	catalog, err := source.Discover(a.ctx)
	if err != nil {
		return pipeline.Plan{}, err
	}
	return job.Plan(source.Scope(), catalog, stored)
}

// checkpoints reads the stored checkpoints without the lock; none where the sink is not there yet.
func (a *app) checkpoints(conf *setup.Setup) (map[string]state.Checkpoint, error) {
	changes, err := conf.Destination().Changes(a.ctx, nil)
	if err != nil {
		return nil, &pipeline.SinkError{Err: err}
	}
	if len(changes) > 0 {
		return nil, nil
	}
	report, err := conf.Destination().Inspect(a.ctx, sink.Look{})
	if err != nil {
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
