package duckdb_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
)

// A file of a version that knew no outcomes is read, and gets the columns with the next run.
func TestAFileWithoutOutcomesIsReadAndCompleted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	at := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)
	commit := func(run string, outcome sink.Outcome) {
		t.Helper()
		s, err := duckdb.Open(t.Context(), duckdb.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		words := &schema.Table{Name: "words", Key: "word", Columns: []schema.Column{{Name: "word", Type: schema.Text}}}
		if err := s.Prepare(t.Context(), []*schema.Table{words}); err != nil {
			t.Fatal(err)
		}
		tx, err := s.Begin(t.Context(), run, "words")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Commit(t.Context(), sink.Commit{At: at, Load: sink.Load{Tables: []string{"words"}, Outcome: outcome}}); err != nil {
			t.Fatal(err)
		}
	}
	freshAt := func() time.Time {
		t.Helper()
		r, err := duckdb.Inspect(t.Context(), path, sink.All)
		if err != nil || len(r.Tables) != 1 {
			t.Fatalf("%d tables, %v", len(r.Tables), err)
		}
		return r.Tables[0].FreshAt
	}
	commit("first", sink.Complete)
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, column := range []string{"outcome", "error"} {
		if _, err := db.Exec("ALTER TABLE desklake.loads DROP COLUMN " + column); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := freshAt(); !got.IsZero() {
		t.Errorf("fresh at %s, which the file does not tell", got)
	}
	commit("second", sink.Complete)
	if got := freshAt(); !got.Equal(at) {
		t.Errorf("fresh at %s, want %s", got, at)
	}
}
