package setup

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"desklake/extract"
	"desklake/internal/config"
	"desklake/internal/health"
	"desklake/pipeline"
	"desklake/sink"
)

// Setup is a configuration with what it names.
type Setup struct {
	Config
	drivers Drivers
}

// OpenSource opens the source, which logs as it is told. It makes no request.
func (s *Setup) OpenSource(log *slog.Logger) (extract.Source, error) { return s.OpenHastily(log, 0) }

// OpenHastily opens the source for somebody who waits for it: no request is tried for longer than patience, if there is one.
func (s *Setup) OpenHastily(log *slog.Logger, patience time.Duration) (extract.Source, error) {
	e := s.drivers.Env
	e.Logger, e.Patience = log, patience
	return s.Source.Section.Open(e)
}

// Destination is where the rows go.
func (s *Setup) Destination() sink.Destination { return s.Sink.Section.Destination() }

// Catalog is what is known of the source's tables without asking it.
func (s *Setup) Catalog() extract.Catalog { return s.drivers.Sources[s.Source.Type].Catalog() }

// AllTables are the names of the tables of the source, in the order of the catalog.
func (s *Setup) AllTables() []string { return s.Catalog().Names() }

// Selected are the names of the tables that the configuration selects.
func (s *Setup) Selected() []string {
	if s.Tables == nil {
		return s.AllTables()
	}
	return s.Tables
}

// Account is the source's account, as people know it.
func (s *Setup) Account() string { return s.Source.Section.Account() }

// Job is what a run is to do that was told these tables, or none. The error is an *UnknownTable.
func (s *Setup) Job(named []string) (pipeline.Job, error) {
	selected := s.Selected()
	job := pipeline.Job{Tables: selected, Beside: selected, Named: len(named) > 0 || s.Tables != nil, History: s.Sink.History}
	if len(named) > 0 {
		if err := CheckTables(named, s.AllTables()); err != nil {
			return job, err
		}
		job.Tables = named
	}
	return job, nil
}

// Schedule is when a job's tables are to be read.
func (s *Setup) Schedule(j Job) health.Schedule {
	tables := []string(j.Tables)
	if tables == nil {
		tables = s.AllTables()
	}
	return health.Schedule{Tables: tables, Jitter: j.Jitter, Due: j.Schedule.Next}
}

// Schedules are when the jobs read which tables.
func (s *Setup) Schedules() (all []health.Schedule) {
	for _, j := range s.Jobs {
		all = append(all, s.Schedule(j))
	}
	return all
}

// CheckTables returns an *UnknownTable if a table that was named is not known.
func CheckTables(named, known []string) error {
	for _, name := range named {
		if slices.Contains(known, name) {
			continue
		}
		problem := fmt.Sprintf("there is no table %q", name)
		if near := config.Nearest(name, known); near != "" {
			problem += fmt.Sprintf(", did you mean %q?", near)
		}
		return &UnknownTable{problem, known}
	}
	return nil
}

// UnknownTable is a table that the catalog does not have.
type UnknownTable struct {
	problem string
	known   []string
}

func (e *UnknownTable) Error() string { return e.problem }

// Hint lists the tables.
func (e *UnknownTable) Hint() string { return "The tables are " + strings.Join(e.known, ", ") + "." }
