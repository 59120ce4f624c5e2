package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"desklake/extract"
	"desklake/internal/setup"
	"desklake/internal/term"
	"desklake/internal/words"
	"desklake/pipeline"
	"desklake/sink"
	"desklake/state"
)

type stateCommand struct {
	Show  stateShowCommand  `cmd:"" help:"Show where each stream goes on."`
	Reset stateResetCommand `cmd:"" help:"Forget where streams go on: the next sync reads them from the start date again."`
	Adopt stateAdoptCommand `cmd:"" help:"Say that the sink holds the rows of the account of the configuration, which has another name now."`
}

type stateShowCommand struct {
	sourceFlag

	JSON bool `help:"Print JSON."`
}

// stateRow is a checkpoint, as --json prints it. Times are RFC 3339 in UTC and null where there is none.
type stateRow struct {
	Source    string     `json:"source,omitempty"` // its name, where sources have names
	Stream    string     `json:"stream"`           // or a backfill that was broken off
	Tables    []string   `json:"tables"`           // that hold everything in front of the cursor
	HighWater *time.Time `json:"high_water"`       // the latest source-side time in front of it
	Cursor    string     `json:"cursor"`           // where the stream continues, in the source's own words
	Run       string     `json:"run"`              // that stored it
	SavedAt   *time.Time `json:"saved_at"`
	Account   string     `json:"account"`     // whose rows these are
	Complete  *time.Time `json:"complete_at"` // when the stream was last read to its end
	Reader    string     `json:"reader"`      // as whom a list was read
}

// Help is shown by --help.
func (*stateShowCommand) Help() string { return "Example: desklake state show --json" }

// Run prints the checkpoints.
func (c *stateShowCommand) Run(a *app) error {
	_, sources, err := c.choose(a)
	if err != nil {
		return err
	}
	rows := []stateRow{}
	err = a.inspect(sources, sink.Look{}, func(s *setup.Source, r sink.Report) { rows = append(rows, stateRows(s.Name, r.Checkpoints)...) })
	if err != nil {
		return err
	}
	if c.JSON {
		return term.JSON(a.stdout, rows)
	}
	return printState(a.stdout, named(sources), rows, time.Now())
}

func stateRows(source string, checkpoints map[string]state.Checkpoint) (rows []stateRow) {
	for _, name := range slices.Sorted(maps.Keys(checkpoints)) {
		c := checkpoints[name]
		if len(c.Tables)+len(c.Lost) == 0 { // it only says whose rows are there
			continue
		}
		rows = append(rows, stateRow{Source: source, Stream: c.Stream, Tables: c.Tables, HighWater: orNull(c.HighWater), Cursor: c.Cursor,
			Run: c.RunID, SavedAt: orNull(c.SavedAt), Account: c.Account, Complete: orNull(c.CompleteAt), Reader: c.Reader})
	}
	return rows
}

// printState prints the cursors last: they are long.
func printState(w io.Writer, named bool, rows []stateRow, now time.Time) error {
	g := newSourceGrid(named, "stream", "up to", "saved", "cursor")
	g.Cut = true
	for _, r := range rows {
		g.add(r.Source, r.Stream, words.Day(r.HighWater), words.Ago(r.SavedAt, now), r.Cursor)
	}
	return g.Write(w)
}

type stateResetCommand struct {
	oneSourceFlag

	Tables []string `arg:"" name:"table" help:"The tables whose streams are to start again."`
	Yes    bool     `short:"y" help:"Do not ask."`
}

// Help is shown by --help.
func (*stateResetCommand) Help() string {
	return `Example: desklake state reset users

No row is removed: the next sync reads everything from the start date again and changes what is different. A stream can
fill several tables; they start again together.`
}

// Run deletes the checkpoints of the streams that fill the tables.
func (c *stateResetCommand) Run(a *app) error {
	_, source, err := c.choose(a)
	if err != nil {
		return err
	}
	if err := setup.CheckTables(c.Tables, source.AllTables()); err != nil {
		return err
	}
	return a.withSink(source.Destination(), func(dst sink.Sink) error { return c.reset(a, dst, source.Catalog().Select(c.Tables)) })
}

// withSink opens the sink, uses it, settles what that changed, and closes it.
func (a *app) withSink(d sink.Destination, use func(sink.Sink) error) error {
	dst, err := a.openSink(d)
	if err != nil {
		return err
	}
	if err = use(dst); err == nil {
		if err = dst.Settle(a.ctx); err != nil {
			err = &pipeline.SinkError{Err: err}
		}
	}
	return pipeline.CloseSink(dst, err)
}

func (c *stateResetCommand) reset(a *app, dst sink.Sink, streams []extract.Stream) error {
	stored, err := dst.Checkpoints(a.ctx)
	if err != nil {
		return &pipeline.SinkError{Err: err}
	}
	var found []state.Checkpoint
	for _, s := range streams {
		for _, name := range pipeline.Backfills(s.Name, stored) {
			found = append(found, stored[name])
		}
		if p, ok := stored[s.Name]; ok && len(p.Tables)+len(p.Lost) > 0 {
			found = append(found, p)
		} else {
			fmt.Fprintf(a.stderr, "%s has no checkpoint: the next sync reads it from the start date anyway\n", s.Name)
		}
	}
	if len(found) == 0 {
		return nil
	}
	fmt.Fprintln(a.stderr, "The next sync reads these from the start date again:")
	for _, p := range found {
		fmt.Fprintf(a.stderr, "  %s (%s)", p.Stream, strings.Join(p.Tables, ", "))
		if !p.HighWater.IsZero() {
			fmt.Fprintf(a.stderr, ", which is read up to %s", words.Day(orNull(p.HighWater)))
		}
		fmt.Fprintln(a.stderr)
	}
	if !c.Yes {
		if err := a.confirm("Forget where they stand?"); err != nil {
			return err
		}
	}
	whole := context.WithoutCancel(a.ctx) // whose rows are there is not forgotten in between
	for _, p := range found {
		if err := dst.DeleteCheckpoint(whole, p.Stream); err != nil {
			return &pipeline.SinkError{Err: err}
		}
		// Whose rows are there stays known, and what has not come again.
		if err := storeCheckpoint(whole, dst, state.Checkpoint{Stream: p.Stream, Account: p.Account, Lost: p.Lost, RunID: p.RunID, SavedAt: p.SavedAt}); err != nil {
			return &pipeline.SinkError{Err: err}
		}
		fmt.Fprintf(a.stdout, "%s: forgotten\n", p.Stream)
	}
	return nil
}
