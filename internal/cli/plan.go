package cli

import (
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
	source, job, err := a.job(conf, c.Tables)
	if err != nil {
		return err
	}
	job.FullRefresh = c.FullRefresh
	return a.plan(conf, source, job, c.JSON)
}

// plan prints what a run of the job would do.
func (a *app) plan(conf *setup.Setup, source extract.Source, job pipeline.Job, asJSON bool) error {
	stored, err := a.checkpoints(conf)
	if err != nil {
		return err
	}
	if err := job.CheckAccount(source, stored); err != nil {
		return err
	}
	streams := job.Streams(source, stored)
	var tables []*schema.Table
	from := map[string]extract.Position{}
	for _, s := range streams {
		tables = append(tables, s.Tables...)
		from[s.Name] = job.Start(s, stored)
	}
	changes, err := conf.Destination().Changes(a.ctx, tables)
	if err != nil {
		return &pipeline.SinkError{Err: err}
	}
	estimator, ok := source.(extract.Estimator)
	if !ok {
		return fmt.Errorf("sources of type %s can't be planned", conf.Source.Type)
	}
	ctx, cancel := a.signals.context(a.ctx)
	defer cancel()
	whole := streams
	for _, s := range streams {
		if between, some := job.Earlier(source, s, stored); some {
			s.Window = between
			whole = append(whole, s)
		}
	}
	estimate := estimator.Estimate(a.tellWaits(ctx), whole, from)
	plan := newPlan(estimate, from, changes)
	if asJSON {
		err = term.JSON(a.stdout, plan)
	} else {
		err = plan.print(a.stdout, conf.Destination().Location())
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
		result := pipeline.StreamResult{Stream: s.Name, Tables: setup.TableNames(s.Tables), Err: e.Streams[i].Err}
		if errors.As(result.Err, &result.Unavailable) {
			result.Err = nil
		}
		r.Streams = append(r.Streams, result)
	}
	return r
}
