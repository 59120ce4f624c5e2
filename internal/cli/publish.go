package cli

import (
	"fmt"

	"desklake/internal/config"
	"desklake/pipeline"
	"desklake/sink"
)

type publishCommand struct {
	Force bool `help:"Replace the copy also where a table lost more rows than sink.publish_guard allows, or where it is an old one of the same account."`
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
	published, ok := conf.Destination().(sink.Published)
	if !ok || published.Copy() == "" {
		return &config.Error{File: a.config, Problems: []config.Problem{{Text: "sink.publish: missing, write where the copy is to be"}}}
	}
	dst, err := a.openSink(conf.Destination())
	if err != nil {
		return err
	}
	replaced, err := pipeline.Publish(a.ctx, dst, c.Force)
	if err = pipeline.CloseSink(dst, err); err != nil {
		return err
	}
	state := "is up to date"
	if replaced {
		state = "was brought up to date"
	}
	_, err = fmt.Fprintln(a.stdout, published.Copy(), state)
	return err
}
