package setup

import (
	"slices"
	"time"

	"desklake/internal/config"
	"desklake/internal/notify"
	"desklake/internal/web"
	"desklake/scheduler"
	"desklake/sink"
)

// Config is a whole configuration file. Each section belongs to the package that it configures.
type Config struct {
	Source  *OnlySource   `yaml:"source" help:"The helpdesk account." oneof:"source"`
	Sources []NamedSource `yaml:"sources" help:"Several accounts, in the place of source: each with a name of its own." oneof:"source"`
	Tables  config.Tables `yaml:"tables" help:"The tables to sync: all, or a list. Default: all." words:"table"`
	Sink    Sink          `yaml:"sink" help:"Where to write to." need:"where to write to"`
	Jobs    []Job         `yaml:"jobs" help:"What desklake serve runs, and when."`
	Serve   web.Config    `yaml:"serve" help:"The status page of desklake serve."`
	Notify  notify.Config `yaml:"notify" help:"Who is told how the runs go."`
}

// Sink is where the rows go.
type Sink struct {
	config.Choice[sink.Config] `kinds:"sink" help:"The type of the destination."`

	History time.Duration `yaml:"history" help:"How long runs, loads and issues are kept, such as 400d; 0s for ever. Default: 400d."`
}

// SetDefaults implements config.Defaulter.
func (s *Sink) SetDefaults() { s.History = 400 * 24 * time.Hour }

// minHistory is what the status page, jobs that were missed and notifications need at least.
const minHistory = 7 * 24 * time.Hour

// Check implements config.Checker.
func (s *Sink) Check(r config.Report) {
	if s.History != 0 && s.History < minHistory {
		r.Problem("history", "is less than a week: write for example 400d, or 0s to keep everything")
	}
}

// Job is a set of tables with a schedule.
type Job struct {
	scheduler.Config

	Sources []string      `yaml:"sources" help:"The sources of the job, by their names, where the configuration has several. Default: all of them."`
	Tables  config.Tables `yaml:"tables" help:"The tables of the job. Default: those of the configuration." words:"table"`
}

// Check implements config.Checker.
func (c *Config) Check(r config.Report) {
	c.checkSources(r)
	c.checkTables(r)
	for i := range c.Jobs {
		j, job := &c.Jobs[i], r.Within(config.Entry("jobs", i))
		if first := slices.IndexFunc(c.Jobs, func(o Job) bool { return o.Name == j.Name }); j.Name != "" && first < i {
			job.Problem("name", "%q is the name of another job too, in line %d", job.Raw("name"), r.Line(config.Entry("jobs", first)+".name"))
		}
		c.checkJobSources(job, j)
		c.checkJobTables(job, j)
	}
}
