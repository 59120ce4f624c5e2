package parquet

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
)

func TestDesklakesOwnTablesHaveTheirColumns(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	types := map[schema.Type]string{schema.Int: "BIGINT", schema.Float: "DOUBLE", schema.Text: "VARCHAR", schema.Texts: "VARCHAR[]",
		schema.Time: "TIMESTAMP WITH TIME ZONE"}
	for _, table := range book.Tables {
		file := "'" + l.Path + "/_desklake/" + table.Name + "/*.parquet'"
		var want []string
		for i, c := range table.Columns {
			want = append(want, fmt.Sprintf("%02d %s %s", i, c.Name, types[c.Type]))
		}
		got := l.query("SELECT format('{:02d}', row_number() OVER () - 1), column_name, column_type FROM (DESCRIBE FROM " + file + ")")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table.Name, diff)
		}
	}
	got := l.query("SELECT stream, cursor, high_water, tables, run_id, format FROM '" + l.Path + "/_desklake/checkpoints/*.parquet'")
	if diff := cmp.Diff([]string{"pets x <nil> [pets] 1 2"}, got); diff != "" {
		t.Errorf("checkpoints (-want +got):\n%s", diff)
	}
}

// A file from before a column was added is read as if the column were null.
func TestAnOlderFileOfDesklakesOwnTablesIsRead(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	older := *book.Loads
	older.Columns = nil
	for _, name := range []string{"committed_at", "run_id", "stream", "table_name", "rows_read"} {
		older.Columns = append(older.Columns, *book.Loads.Column(name))
	}
	load := func(run string, m int, rows int64) book.Load {
		return book.Load{RunID: run, LoadReport: sink.LoadReport{Stream: "pets", Table: "pets", Counts: sink.Counts{Read: rows}, CommittedAt: at(m)}}
	}
	rows := []book.Load{load("older", 0, 7), load("run", 1, 2)}
	if err := writeRows(disk{}, l.Path, &older, ownFile(l.Path, "loads", "loads-000001"), allOf(rows)); err != nil {
		t.Fatal(err)
	}
	l.run([]string{pet(3, 1, 1, "c")})
	got := l.query("SELECT run_id, table_name, rows_read, outcome, committed_at = '2026-11-20 00:01:00Z' FROM '" + l.Path + "/_desklake/loads/*.parquet'")
	if diff := cmp.Diff([]string{"older pets 7 <nil> false", "run pets 3 <nil> true"}, got); diff != "" {
		t.Errorf("loads (-want +got):\n%s", diff)
	}
}

// Many rows of desklake's own tables go to their files during the run, and none is counted twice.
func TestManyIssuesAreCountedOnce(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	s := l.prepared()
	tables := []string{"pets", "words", "a", "b", "c", "d"}
	written := 0
	s.disk.before = func(operation, path string) error {
		if operation == "rename" && filepath.Base(path) == "issues.parquet" {
			written++
		}
		return nil
	}
	for round := range 3 {
		var issues []schema.Issue
		for i := range schema.MaxIssues {
			for _, table := range tables {
				issues = append(issues, schema.Issue{Table: table, Key: fmt.Sprint(i), Reason: "refused", Count: 1})
			}
		}
		if err := saveIssues(t, s, at(round), issues); err != nil {
			t.Fatal(err)
		}
		if _, err := l.commit(s, words, `{"word":"a","count":1}`); err != nil {
			t.Fatal(err)
		}
	}
	if written < 3 {
		t.Errorf("the issues were written %d times during the run", written)
	}
	if err := finish(s); err != nil {
		t.Fatal(err)
	}
	got := l.query("SELECT table_name, count(*), sum(count)::BIGINT FROM '" + l.Path + "/_desklake/issues/*.parquet' GROUP BY 1")
	want := []string{"a 1000 3000", "b 1000 3000", "c 1000 3000", "d 1000 3000", "pets 1000 3000", "words 1001 3003"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
}

// Another stream, which is at the end of its commit, does not write what a commit failed on.
func TestACommitThatCouldNotBeStoredIsNotCounted(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	l.disk.before = func(operation, path string) error {
		if operation == "rename" && filepath.Base(path) == filepath.Base(manifestName) {
			return errCrash
		}
		return nil
	}
	s, err := Open(t.Context(), l.Options)
	if err != nil {
		t.Fatal(err)
	}
	if err := saveIssues(t, s, at(1), make([]schema.Issue, manyChanges+1)); !errors.Is(err, errCrash) {
		t.Error(err)
	}
	s.manifest.Issues = make([]book.Issue, manyChanges+1)
	s.mergeLarge(t.Context(), "run", nil)
	if err := finish(s); err != nil {
		t.Error(err)
	}
	if got := l.query("SELECT table_name, count FROM '" + l.Path + "/_desklake/issues/*.parquet'"); len(got) != 1 || got[0] != "pets 1" {
		t.Errorf("issues: %v", got)
	}
}

// What stands in the manifest only, because a run was killed, outlives a command that prepares nothing.
func TestForgettingACheckpointForgetsNoLoadsAndIssues(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	s := l.prepared()
	err := s.SaveRun(t.Context(), sink.Run{ID: "killed", Started: at(2), Status: sink.Running})
	if err == nil {
		_, err = l.commit(s, pets, pet(3, 1, 1, "c"))
	}
	if err = errors.Join(err, s.lock.Unlock()); err != nil { // as if it was killed
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), l.Options); err == nil {
		err = errors.Join(s.DeleteCheckpoint(t.Context(), "pets"), finish(s))
	}
	if err != nil {
		t.Fatal(err)
	}
	report, err := Inspect(t.Context(), l.Options, sink.All)
	if err != nil || len(report.Runs) != 1 || report.Latest[0].Count != 2 {
		t.Fatalf("%+v, %v", report, err)
	}
	if got := l.query("SELECT requests, rows_read FROM '" + l.Path + "/_desklake/loads/*.parquet'"); got[0] != "2 3" {
		t.Errorf("loads: %v", got)
	}
}

// What a commit failed on is not counted.
func TestACommitThatFailsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	failing := false
	l.disk.before = func(operation, _ string) error {
		if failing && operation == "sync folder" {
			return fmt.Errorf("no luck")
		}
		return nil
	}
	s := l.prepared()
	failing = true
	if _, err := l.commit(s, pets, pet(1, 1, 2, "c"), pet(3, 3, 1, "d")); err == nil {
		t.Error("the commit did not fail")
	}
	failing = false
	if n, err := l.commit(s, pets, pet(3, 3, 1, "e")); err != nil || n != (sink.Counts{Read: 1, Inserted: 1}) {
		t.Errorf("the next commit: %+v, %v", n, err)
	}
	if err := finish(s); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1 2026-01 a", "2 2026-02 b", "3 2026-03 e"}, l.rows()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if got := l.query("SELECT requests, rows_read FROM '" + l.Path + "/_desklake/loads/*.parquet'"); got[0] != "2 3" {
		t.Errorf("loads: %v", got)
	}
}

// saveIssues commits issues, and no row.
func saveIssues(t *testing.T, s *Sink, at time.Time, issues []schema.Issue) error {
	tx, err := s.Begin(t.Context(), "run", "pets")
	if err == nil {
		_, err = tx.Commit(t.Context(), sink.Commit{At: at, Issues: issues})
	}
	return err
}
