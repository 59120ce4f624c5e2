package setup

import (
	"fmt"
	"slices"
	"strings"

	"desklake/internal/config"
	"desklake/pipeline"
)

// Task is what a run is to do with one source.
type Task struct {
	*Source
	pipeline.Job
}

// Tasks are the runs of sources that were told these tables, or none: one each, in their order. Of several sources, those that
// have none of the tables selected are left out. The error is an *UnknownTable.
func Tasks(sources []*Source, named []string) (tasks []Task, err error) {
	var known, read []string
	for _, s := range sources {
		known = append(known, s.AllTables()...)
	}
	if err := CheckTables(named, known); err != nil {
		return nil, err
	}
	for _, s := range sources {
		its := only(named, s.AllTables())
		if len(sources) > 1 {
			its = only(its, s.Selected())
		}
		if len(named) == 0 || len(its) > 0 {
			tasks, read = append(tasks, Task{s, s.Job(its)}), append(read, its...)
		}
	}
	for _, name := range named {
		if !slices.Contains(read, name) {
			return nil, &UnknownTable{fmt.Sprintf("no source has the table %q selected: name one with --source", name), known}
		}
	}
	return tasks, nil
}

// TasksOf are the runs of a job.
func (s *Setup) TasksOf(j Job) ([]Task, error) {
	sources := slices.DeleteFunc(slices.Clone(s.sources), func(s *Source) bool { return !j.reads(s) })
	return Tasks(sources, j.Tables)
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
func (e *UnknownTable) Hint() string {
	var names []string
	for _, name := range e.known {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return "The tables are " + strings.Join(names, ", ") + "."
}
