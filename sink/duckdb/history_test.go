package duckdb

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// Two years of a run every quarter of an hour.
const (
	pastRuns   = 69_000
	pastTables = 14
)

// past makes a file with so many runs, and a thousand issues, as if they had been stored one by one.
func past(b testing.TB, path string, runs int) {
	b.Helper()
	withSink(b, path, func(s *Sink) {
		_, err := s.own.exec(b.Context(), `INSERT INTO lake.desklake.runs BY NAME SELECT strftime(began, '%Y%m%dT%H%M%S.000Z-') || left(md5(n::VARCHAR), 6) AS run_id,
			began AS started_at, began + INTERVAL 20 SECONDS AS finished_at, 'done' AS status, 'schedule nightly' AS trigger, '1.0' AS version, 'acme' AS account
			FROM (SELECT n, $2 + n * INTERVAL 15 MINUTES AS began FROM range($1) r(n))`, runs, time.Now().Add(-time.Duration(runs)*15*time.Minute))
		if err == nil {
			_, err = s.own.exec(b.Context(), `INSERT INTO lake.desklake.loads BY NAME SELECT run_id, 'numbers' || n AS stream, 'numbers' || n AS table_name, 3 AS rows_read,
				1 AS inserted, 1 AS updated, 1 AS unchanged, 0 AS deleted, 2 AS requests, 0 AS retries, 0.5 AS seconds_waited, 'cursor ' || run_id AS cursor_before,
				'cursor of ' || run_id AS cursor_after, finished_at AS committed_at, 'complete' AS outcome FROM lake.desklake.runs, range($1) r(n) ORDER BY started_at, n`, pastTables)
		}
		if err != nil {
			b.Fatal(err)
		}
	})
	for range 2 {
		idleRun(b, path)
	}
}

func withSink(b testing.TB, path string, do func(s *Sink)) {
	b.Helper()
	s, err := Open(b.Context(), Options{Path: path})
	if err == nil {
		err = s.Prepare(b.Context(), pastSchema())
	}
	if err != nil {
		b.Fatal(err)
	}
	do(s)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

func pastSchema() (tables []*schema.Table) {
	for i := range pastTables {
		tables = append(tables, numbers("numbers"+string(rune('A'+i))))
	}
	return tables
}

// idleRun is a run that finds nothing new in any of its streams.
func idleRun(b testing.TB, path string) {
	b.Helper()
	withSink(b, path, func(s *Sink) {
		now := time.Now().UTC()
		run := sink.Run{ID: now.Format("20060102T150405.000Z-idle"), Started: now, Status: sink.Running}
		check := func(err error) {
			b.Helper()
			if err != nil {
				b.Fatal(err)
			}
		}
		_, err := s.Checkpoints(b.Context())
		check(err)
		check(s.SaveRun(b.Context(), run))
		check(s.Forget(b.Context(), now.AddDate(-10, 0, 0)))
		for _, t := range pastSchema() {
			tx, err := s.Begin(b.Context(), run.ID, t.Name)
			check(err)
			_, err = tx.Commit(b.Context(), sink.Commit{At: now, Load: sink.Load{Tables: []string{t.Name}, Requests: 1, Outcome: sink.Complete},
				Checkpoint: state.Checkpoint{Stream: t.Name, Cursor: run.ID, Tables: []string{t.Name}, RunID: run.ID, SavedAt: now, CompleteAt: now}})
			check(err)
		}
		run.Finished, run.Status = now, sink.Done
		check(s.SaveRun(b.Context(), run))
	})
}

// BenchmarkHistory measures what a file with two years of runs costs beside one without any.
func BenchmarkHistory(b *testing.B) {
	for _, age := range []struct {
		name string
		runs int
	}{{"fresh", 0}, {"two years", pastRuns}} {
		path := filepath.Join(b.TempDir(), "lake.duckdb")
		past(b, path, age.runs)
		if info, err := os.Stat(path); err == nil {
			b.Logf("%s: %d bytes", age.name, info.Size())
		}
		b.Run("idle run/"+age.name, func(b *testing.B) {
			for b.Loop() {
				idleRun(b, path)
			}
		})
		for name, look := range map[string]sink.Look{"status": {}, "runs": {Runs: 20, Loads: true}, "page": {Runs: -1, Since: time.Now().AddDate(0, 0, -1), Loads: true}} {
			b.Run(name+"/"+age.name, func(b *testing.B) {
				for b.Loop() {
					if _, err := Inspect(b.Context(), Options{Path: path}, look); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// What a report does not show is not read: a long history costs it nothing.
func TestAReportCostsWhatItShows(t *testing.T) {
	allocations := func(runs int, look sink.Look) float64 {
		path := filepath.Join(t.TempDir(), "lake.duckdb")
		past(t, path, runs)
		return testing.AllocsPerRun(3, func() {
			if _, err := Inspect(t.Context(), Options{Path: path}, look); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, look := range []sink.Look{{}, {Runs: 10, Loads: true}, {Runs: -1, Since: time.Now().Add(-150 * time.Minute), Loads: true}} {
		short, long := allocations(20, look), allocations(4000, look)
		if long > 2*short {
			t.Errorf("%+v: %v allocations after a few runs, %v after thousands", look, short, long)
		}
	}
}
