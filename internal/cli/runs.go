package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"desklake/internal/health"
	"desklake/internal/setup"
	"desklake/internal/term"
	"desklake/internal/words"
	"desklake/sink"
)

type runsCommand struct {
	sourceFlag

	Name  string `arg:"" optional:"" name:"run" help:"A run to show with its tables: its name or the beginning of it, or last."`
	Limit int    `default:"20" help:"How many runs to list, the latest first; 0 for all."`
	JSON  bool   `help:"Print JSON."`
}

// runRow is one run, as --json prints it. Times are RFC 3339 in UTC and null where there is none.
type runRow struct {
	Source   string     `json:"source,omitempty"` // its name, where sources have names
	Run      string     `json:"run"`
	Started  time.Time  `json:"started"`
	Finished *time.Time `json:"finished"` // null while it is under way, and for ever if it was killed
	Status   string     `json:"status"`   // running, done, partial, failed, interrupted or killed
	Trigger  string     `json:"trigger"`  // cli, schedule or api and the name of the job, or backfill and its window
	Version  string     `json:"version"`  // of desklake
	Error    string     `json:"error"`    // empty unless it failed
	Loads    []loadRow  `json:"loads"`    // what it did to each table
}

// loadRow is what a run did to a table. Requests, retries and seconds are the stream's, at the first of its tables.
type loadRow struct {
	Stream        string  `json:"stream"`
	Table         string  `json:"table"`
	Read          int64   `json:"read"`
	Inserted      int64   `json:"inserted"`
	Updated       int64   `json:"updated"`
	Unchanged     int64   `json:"unchanged"`
	Deleted       int64   `json:"deleted"`
	Requests      int64   `json:"requests"`
	Retries       int64   `json:"retries"`
	SecondsWaited float64 `json:"seconds_waited"`
	CursorBefore  string  `json:"cursor_before"`
	CursorAfter   string  `json:"cursor_after"`
}

// Help is shown by --help.
func (*runsCommand) Help() string {
	return `Example: desklake runs last

Shows what the last run did to each table and what that cost.`
}

// Run lists the runs, or shows one.
func (c *runsCommand) Run(a *app) error {
	_, sources, err := c.choose(a)
	if err != nil {
		return err
	}
	var runs []health.SourceRun
	look := c.look()
	err = a.inspect(sources, look, func(s *setup.Source, r sink.Report) { runs = health.Merge(runs, s.Name, r.Runs) })
	if err != nil {
		return err
	}
	if look.Runs >= 0 {
		runs = runs[:min(look.Runs, len(runs))]
	}
	if c.Name != "" {
		run, err := findRun(runs, c.Name)
		if err != nil {
			return err
		}
		if !c.JSON {
			return printRun(a.stdout, run)
		}
		runs = []health.SourceRun{run}
	}
	if c.JSON {
		return term.JSON(a.stdout, runRows(runs))
	}
	return printRuns(a.stdout, named(sources), runs, time.Now())
}

// look is what of the history is shown.
func (c *runsCommand) look() sink.Look {
	switch {
	case c.Name == "last":
		return sink.Look{Runs: 1, Loads: true}
	case c.Name != "":
		return sink.Look{Runs: -1, Prefix: c.Name, Loads: true}
	case c.Limit > 0:
		return sink.Look{Runs: c.Limit, Loads: true}
	}
	return sink.All
}

func findRun(runs []health.SourceRun, name string) (found health.SourceRun, err error) {
	if name == "last" && len(runs) > 0 {
		return runs[0], nil
	}
	n := 0
	for _, r := range runs {
		if strings.HasPrefix(r.ID, name) {
			found = r
			n++
		}
	}
	switch n {
	case 0:
		return found, &noRun{fmt.Errorf("there is no run %q", name)}
	case 1:
		return found, nil
	}
	return found, &noRun{fmt.Errorf("%d runs begin with %q", n, name)}
}

// noRun is a name of a run that fits none, or several.
type noRun struct{ error }

// Hint tells where the names are.
func (*noRun) Hint() string { return "`desklake runs` lists them" }

// Unwrap makes it a mistake of the command line.
func (e *noRun) Unwrap() error { return &usageError{errors.Unwrap(e.error)} }

func runRows(runs []health.SourceRun) []runRow {
	rows := []runRow{}
	for _, r := range runs {
		row := runRow{Source: r.Source, Run: r.ID, Started: r.Started, Finished: orNull(r.Finished), Status: string(r.Status),
			Trigger: r.Trigger, Version: r.Version, Error: r.Error, Loads: []loadRow{}}
		for _, l := range r.Loads {
			row.Loads = append(row.Loads, loadRow{Stream: l.Stream, Table: l.Table, Read: l.Read, Inserted: l.Inserted,
				Updated: l.Updated, Unchanged: l.Unchanged, Deleted: l.Deleted, Requests: l.Requests, Retries: l.Retries,
				SecondsWaited: l.Waited.Seconds(), CursorBefore: l.CursorBefore, CursorAfter: l.CursorAfter})
		}
		rows = append(rows, row)
	}
	return rows
}

func printRuns(w io.Writer, named bool, runs []health.SourceRun, now time.Time) error {
	g := newSourceGrid(named, "run", "started", ">took", "status", ">new", ">changed", ">deleted")
	for _, r := range runs {
		var rows sink.Counts
		for _, l := range r.Loads {
			rows.Add(l.Counts)
		}
		g.add(r.Source, r.ID, words.Ago(&r.Started, now), took(r.Run), statusCell(r.Status), rows.Inserted, rows.Updated, rows.Deleted)
	}
	return g.Write(w)
}

// printRun prints a run with its tables.
func printRun(w io.Writer, r health.SourceRun) error {
	if r.Source != "" {
		fmt.Fprintf(w, "source   %s\n", r.Source)
	}
	fmt.Fprintf(w, "run      %s\nstarted  %s\ntook     %s\nstatus   ", r.ID, words.Day(&r.Started), took(r.Run))
	statusCell(r.Status).Print(w)
	fmt.Fprintf(w, "\ntrigger  %s\nversion  %s\n", r.Trigger, r.Version)
	if r.Error != "" {
		fmt.Fprintf(w, "error    %s\n", r.Error)
	}
	fmt.Fprintln(w)
	g := term.NewGrid("table", ">read", ">new", ">changed", ">unchanged", ">deleted", ">requests", ">waited")
	for _, l := range r.Loads {
		requests, waited := "", ""
		if l.Requests > 0 {
			requests, waited = words.Thousands(l.Requests), l.Waited.Round(time.Second).String()
		}
		g.Add(l.Table, l.Read, l.Inserted, l.Updated, l.Unchanged, l.Deleted, requests, waited)
	}
	return g.Write(w)
}

// took is how long a run lasted, as far as that is known.
func took(r sink.Run) string {
	if r.Finished.IsZero() {
		return "-"
	}
	return words.Took(r.Finished.Sub(r.Started))
}

func statusCell(s sink.Status) term.Cell {
	switch s {
	case sink.Done:
		return term.In(term.Green, string(s))
	case sink.Failed:
		return term.In(term.Red, string(s))
	case sink.Partial, sink.Interrupted, sink.Killed:
		return term.In(term.Yellow, string(s))
	}
	return term.In(term.Plain, string(s))
}
