package setup

import (
	"log/slog"
	"slices"
	"time"

	"desklake/extract"
	"desklake/internal/config"
	"desklake/internal/health"
	"desklake/pipeline"
	"desklake/sink"
)

// Source is a source of a configuration, with where its rows go and what of it is read.
type Source struct {
	Name string // empty for an only one
	Type string

	section     extract.Config
	driver      extract.Driver
	env         extract.Env
	destination sink.Destination
	tables      config.Tables
	byDefault   config.Tables
	history     time.Duration
}

// Open opens the source, which logs as it is told. It makes no request.
func (s *Source) Open(log *slog.Logger) (extract.Source, error) { return s.OpenHastily(log, 0) }

// OpenHastily opens the source for somebody who waits for it: no request is tried for longer than patience, if there is one.
func (s *Source) OpenHastily(log *slog.Logger, patience time.Duration) (extract.Source, error) {
	e := s.env
	e.Logger, e.Patience = log, patience
	return s.section.Open(e)
}

// Logger is a log in which the source has its name, if there are several.
func (s *Source) Logger(log *slog.Logger) *slog.Logger {
	if s.Name == "" {
		return log
	}
	return log.With("source", s.Name)
}

// Destination is where its rows go.
func (s *Source) Destination() sink.Destination { return s.destination }

// Account is its account, as people know it.
func (s *Source) Account() string { return s.section.Account() }

// Title is how people tell it from the others: its name, or the account of an only one.
func (s *Source) Title() string {
	if s.Name == "" {
		return s.Account()
	}
	return s.Name
}

// Catalog is what is known of its tables without asking it.
func (s *Source) Catalog() extract.Catalog { return s.driver.Catalog() }

// AllTables are the names of its tables, in the order of the catalog.
func (s *Source) AllTables() []string { return s.Catalog().Names() }

// Selected are the names of the tables that the configuration selects.
func (s *Source) Selected() []string { return tablesSelected(s.tables, s.byDefault, s.AllTables()) }

// tablesSelected are a source's own tables, else those of the configuration that the source has, else all of them.
func tablesSelected(own, byDefault config.Tables, all []string) []string {
	switch {
	case own != nil:
		return own
	case byDefault != nil:
		return only(byDefault, all)
	}
	return all
}

// only are those of some names that are among others.
func only(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(others, name) })
}

// Job is what a run of the source is to do that was told these of its tables, or none.
func (s *Source) Job(named []string) pipeline.Job {
	selected := s.Selected()
	job := pipeline.Job{Source: s.Name, Tables: selected, Beside: selected, Named: len(named) > 0 || s.tables != nil || s.byDefault != nil, History: s.history}
	if len(named) > 0 {
		job.Tables = named
	}
	return job
}

// Schedules are when the jobs read which of its tables.
func (s *Source) Schedules(jobs []Job) (all []health.Schedule) {
	for _, j := range jobs {
		if schedule := s.Schedule(j); len(schedule.Tables) > 0 {
			all = append(all, schedule)
		}
	}
	return all
}

// Schedule is when a job reads its tables; without tables where it does not.
func (s *Source) Schedule(j Job) health.Schedule {
	schedule := health.Schedule{Jitter: j.Jitter, Due: j.Schedule.Next}
	if j.reads(s) {
		schedule.Tables = s.Selected()
		if j.Tables != nil {
			schedule.Tables = only(j.Tables, schedule.Tables)
		}
	}
	return schedule
}

// reads reports that the job is about the source.
func (j Job) reads(s *Source) bool { return j.Sources == nil || slices.Contains(j.Sources, s.Name) }
