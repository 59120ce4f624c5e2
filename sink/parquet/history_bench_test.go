package parquet

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"desklake/sink"
	"desklake/sink/book"
	"desklake/state"
)

// Two years of a run every quarter of an hour.
const (
	pastYears  = 69_000 + chapterRuns - 20 // the current chapter is as long as it gets
	pastTables = 14
)

// past puts so many runs into a lake, as if they had been stored one by one: in chapters, or in one as those of format 1.
func (l *lake) past(runs, chapter int) {
	l.Helper()
	l.tables = nil
	for i := range pastTables {
		table := *words
		table.Name = fmt.Sprintf("words%d", i)
		l.tables = append(l.tables, &table)
	}
	l.idleRun()
	s, err := Open(l.Context(), l.Options)
	if err != nil {
		l.Fatal(err)
	}
	began := time.Now().UTC().Add(-time.Duration(runs+1) * 15 * time.Minute)
	s.openBooks()
	for first := 0; first < runs; first += chapter {
		past, loads := chapterBooks(s.number)
		for i := first; i < min(first+chapter, runs); i++ {
			at := began.Add(time.Duration(i) * 15 * time.Minute)
			r := book.Run{Run: sink.Run{ID: at.Format("20060102T150405.000Z") + "-past", Started: at, Finished: at, Status: sink.Done, Trigger: "schedule nightly",
				Version: "1.0", Account: "acme"}}
			past.rows = append(past.rows, r)
			for _, t := range l.tables {
				loads.rows = append(loads.rows, book.Load{RunID: r.ID, LoadReport: sink.LoadReport{Stream: t.Name, Table: t.Name, Counts: sink.Counts{Read: 3}, Requests: 2,
					CursorBefore: "cursor " + r.ID, CursorAfter: "cursor of " + r.ID, CommittedAt: at, Outcome: sink.Complete}})
			}
		}
		err = errors.Join(err, writeRows(disk{}, l.Path, past.table, past.path(l.Path), allOf(past.rows)), writeRows(disk{}, l.Path, loads.table, loads.path(l.Path), allOf(loads.rows)))
		if s.runs = past; len(past.rows) == chapter {
			s.turn()
		}
	}
	s.runs, s.loads = chapterBooks(s.number)
	if err = errors.Join(err, s.runs.load(l.Path), s.loads.load(l.Path), s.update(func(*manifest) {}), finish(s)); err != nil {
		l.Fatal(err)
	}
	l.idleRun()
}

// idleRun is a run that finds nothing new in any of its streams.
func (l *lake) idleRun() {
	l.Helper()
	s := l.prepared()
	now := time.Now().UTC()
	run := sink.Run{ID: now.Format("20060102T150405.000Z-idle"), Started: now, Status: sink.Running}
	err := errors.Join(s.SaveRun(l.Context(), run), s.Forget(l.Context(), now.AddDate(-10, 0, 0)))
	for _, t := range l.tables {
		tx, failed := s.Begin(l.Context(), run.ID, t.Name)
		if err = errors.Join(err, failed); err != nil {
			l.Fatal(err)
		}
		_, failed = tx.Commit(l.Context(), sink.Commit{At: now, Load: sink.Load{Tables: []string{t.Name}, Requests: 1, Outcome: sink.Complete},
			Checkpoint: state.Checkpoint{Stream: t.Name, Cursor: run.ID, Tables: []string{t.Name}, RunID: run.ID, SavedAt: now, CompleteAt: now}})
		err = errors.Join(err, failed)
	}
	run.Finished, run.Status = now, sink.Done
	if err = errors.Join(err, s.Settle(l.Context()), s.SaveRun(l.Context(), run), s.Close()); err != nil {
		l.Fatal(err)
	}
}

// BenchmarkHistory measures what a lake with two years of runs costs beside one with a few hours of them.
func BenchmarkHistory(b *testing.B) {
	for _, age := range []struct {
		name          string
		runs, chapter int
	}{{"fresh", 20, 20}, {"two years", pastYears, chapterRuns}, {"two years of format 1", pastYears, pastYears}} {
		l := newLake(b)
		l.past(age.runs, age.chapter)
		b.Run("idle run/"+age.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l.idleRun()
			}
		})
		for name, look := range map[string]sink.Look{"status": {}, "runs": {Runs: 20, Loads: true}, "page": {Runs: -1, Since: time.Now().Add(-5 * time.Hour), Loads: true}} {
			b.Run(name+"/"+age.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Inspect(b.Context(), l.Options, look); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
