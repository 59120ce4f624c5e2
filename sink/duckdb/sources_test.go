package duckdb_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/state"
)

// of opens the house's file for a source.
func (h *house) of(source string) *duckdb.Sink {
	h.t.Helper()
	s, err := duckdb.Open(h.t.Context(), duckdb.Options{Path: h.path, Copy: h.copy, CopyGuard: 0.2, Source: source})
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// syncs is a run of a source that reads so many rows, and publishes.
func (h *house) syncs(source string, number, rows int) (replaced bool, err error) {
	h.t.Helper()
	s := h.of(source)
	if err := run(h.t, s, number, rows); err != nil {
		h.t.Fatal(err)
	}
	replaced, err = s.Publish(h.t.Context(), false)
	return replaced, errors.Join(err, s.Close())
}

// queried runs a statement on a file, as an analyst's program would, and returns the first column of its result.
func queried(path, statement string) (all []string, err error) {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	found, err := db.Query(statement)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		var text any
		if err := found.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, fmt.Sprint(text))
	}
	return all, found.Err()
}

// counts compares how many rows each source has in a file.
func (h *house) counts(path string, want ...string) {
	h.t.Helper()
	got, err := queried(path, `SELECT * FROM (SELECT 'acme ' || count(*) FROM acme.numbers UNION ALL SELECT 'order ' || count(*) FROM "order".numbers) ORDER BY 1`)
	if err != nil || !slices.Equal(got, want) {
		h.t.Errorf("%s: %q, want %q, %v", path, got, want, err)
	}
}

// A name can be a word of SQL.
func TestTheCopyHasTheTablesOfAllSources(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n, source := range []string{"acme", "order"} {
		if replaced, err := h.syncs(source, n+1, 30*(n+1)); err != nil || !replaced {
			t.Fatal(replaced, err)
		}
	}
	h.counts(h.path, "acme 30", "order 60")
	h.counts(h.copy, "acme 30", "order 60")
	if replaced, err := h.syncs("acme", 3, 30); err != nil || !replaced { // rows of one have changed
		t.Error(replaced, err)
	}
}

// The rows of one source are no reason to publish that another has lost its own.
func TestTheGuardLooksAtEverySource(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n, source := range []string{"acme", "order"} {
		if _, err := h.syncs(source, n+1, 100); err != nil {
			t.Fatal(err)
		}
	}
	for n, source := range []string{"acme", "order"} { // also where the other one meets it
		_, err := h.syncs(source, n+3, []int{10, 100}[n])
		var shrunk *sink.Shrunk
		if !errors.As(err, &shrunk) || !slices.Equal(shrunk.Tables, []string{"acme.numbers: 10 of 100 rows are left"}) {
			t.Errorf("%s: %v", source, err)
		}
		r, err := duckdb.Inspect(t.Context(), duckdb.Options{Path: h.path, Source: source}, sink.All)
		if err != nil || r.Issues != int64(1-n) {
			t.Errorf("%d issues of %s, %v", r.Issues, source, err)
		}
	}
	h.counts(h.copy, "acme 100", "order 100")
}

func TestWhatOneSourceHasLostIsReadAgainForThatOneOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n, source := range []string{"", "acme", "beta"} {
		s := h.of(source)
		err := run(t, s, n+1, 5)
		tx, failed := s.Begin(t.Context(), "run", "numbers")
		if err = errors.Join(err, failed); err == nil {
			_, err = tx.Commit(t.Context(), sink.Commit{Checkpoint: state.Checkpoint{Stream: "numbers", Cursor: "5", Tables: []string{"numbers"}}})
		}
		if err = errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := queried(h.path, "DROP TABLE acme.numbers"); err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{"", "acme", "beta"} {
		s := h.of(source)
		stored, err := s.Checkpoints(t.Context())
		if err = errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
		if lost := len(stored["numbers"].Lost); lost != map[string]int{"acme": 1}[source] {
			t.Errorf("%q has lost %d tables: %+v", source, lost, stored)
		}
	}
}

// What earlier versions knew of the only source is not stored as such yet, and is not lost by another one that comes first.
func TestAFileOfAnEarlierVersionIsCompletedAlsoByOneOfSeveralSources(t *testing.T) {
	t.Parallel()
	f := newFile(t)
	c := state.Checkpoint{Stream: "stream", Cursor: "c", HighWater: night, Tables: []string{"notes", "words"}, RunID: "run", SavedAt: night}
	f.sync(c, sink.Complete, `{"word":"a"}`)
	f.makeOld()
	s, err := duckdb.Open(t.Context(), duckdb.Options{Path: f.path, Source: "acme"})
	if err == nil {
		err = errors.Join(s.Prepare(t.Context(), []*schema.Table{words, notes}), s.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := f.freshAt(); !got.Equal(night) {
		t.Errorf("fresh at %s", got)
	}
	c.CompleteAt = night
	f.want("beside acme", c)
	f.run("DELETE FROM words")
	c.Tables, c.Lost = []string{"notes"}, map[string]int64{"words": 1}
	f.want("emptied later", c)
}
