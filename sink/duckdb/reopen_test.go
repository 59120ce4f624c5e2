package duckdb

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
)

// numbers is a table of numbers, each of which can change from night to night.
func numbers(name string) *schema.Table {
	return &schema.Table{Name: name, Doc: "Numbers.", Key: "id", Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The number."}, {Name: "night", Type: schema.Int, Doc: "When it changed."}}}
}

// A file that is opened anew behind every commit, between the transactions of two streams, loses and doubles nothing.
func TestOpeningAnewLosesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	s, err := Open(t.Context(), Options{Path: path, reopenRows: 1})
	if err != nil {
		t.Fatal(err)
	}
	tables := []*schema.Table{numbers("odd"), numbers("even")}
	if err := s.Prepare(t.Context(), tables); err != nil {
		t.Fatal(err)
	}
	first := s.db
	const commits = 20
	failed := make(chan error)
	for _, table := range tables {
		go func() {
			var err error
			for i := range commits {
				err = errors.Join(err, commitNumbers(t, s, table, int64(i), int64(i+1)))
			}
			failed <- err
		}()
	}
	if err := errors.Join(<-failed, <-failed); err != nil {
		t.Fatal(err)
	}
	if s.db == first {
		t.Error("the file was never opened anew")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	report, err := Inspect(t.Context(), Options{Path: path}, sink.All)
	if err != nil || len(report.Tables) != 2 || report.Tables[0].Rows != commits+1 || report.Tables[1].Rows != commits+1 {
		t.Errorf("%+v, %v", report.Tables, err)
	}
}

// commitNumbers commits rows with these ids, some of which are there already.
func commitNumbers(t *testing.T, s *Sink, table *schema.Table, ids ...int64) error {
	return commitNight(t, s, table, 0, ids)
}

// commitNight commits rows with these ids that changed in a night.
func commitNight(t *testing.T, s *Sink, table *schema.Table, night int, ids []int64) error {
	d := schema.NewDecoder(table)
	defer d.Release()
	d.Page(time.Unix(1e9, 0), "run")
	for _, id := range ids {
		d.Decode(jsonscan.New(fmt.Appendf(nil, `{"id":%d,"night":%d}`, id, night)))
	}
	batches, _ := d.Flush()
	defer func() {
		for _, b := range batches {
			b.Release()
		}
	}()
	tx, err := s.Begin(t.Context(), "run", table.Name)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if err := tx.Write(t.Context(), b); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	_, err = tx.Commit(t.Context(), sink.Commit{At: time.Now(), Load: sink.Load{Tables: []string{table.Name}}})
	return err
}

// A file that somebody else takes in the moment between is an error of what comes next, not of what was committed.
func TestAFileThatIsTakenBetweenTwoCommitsIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	s, err := Open(t.Context(), Options{Path: path, reopenRows: 1, reopenWait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	table := numbers("numbers")
	if err := s.Prepare(t.Context(), []*schema.Table{table}); err != nil {
		t.Fatal(err)
	}
	between = func() { openPaths.Store(path, true) }
	defer func() { between = func() {} }()
	if err := commitNumbers(t, s, table, 1); err != nil {
		t.Fatal(err)
	}
	var locked *sink.Locked
	if err := commitNumbers(t, s, table, 2); !errors.As(err, &locked) {
		t.Errorf("the next commit: %v", err)
	}
	if err := s.SaveRun(t.Context(), sink.Run{ID: "run", Started: time.Now(), Status: sink.Failed}); err == nil {
		t.Error("a run could be stored in a file that is not open")
	}
	if err := s.Close(); !errors.As(err, &locked) {
		t.Errorf("Close: %v", err)
	}
	openPaths.Delete(path)
	report, err := Inspect(t.Context(), Options{Path: path}, sink.All)
	if err != nil || len(report.Tables) != 1 || report.Tables[0].Rows != 1 {
		t.Errorf("%+v, %v", report.Tables, err)
	}
}

// Somebody who looks at the file in the moment between is waited for, also where the run was not to wait at its start.
func TestAFileThatIsLookedAtBetweenTwoCommitsIsWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	waited := false
	s, err := Open(t.Context(), Options{Path: path, reopenRows: 1, Waiting: func(string) {
		waited = true
		openPaths.Delete(path)
	}})
	if err != nil {
		t.Fatal(err)
	}
	table := numbers("numbers")
	if err := s.Prepare(t.Context(), []*schema.Table{table}); err != nil {
		t.Fatal(err)
	}
	between = func() { openPaths.Store(path, true) }
	defer func() { between = func() {} }()
	for id := range int64(2) {
		waited = false
		if err := commitNumbers(t, s, table, id); err != nil || !waited {
			t.Errorf("commit %d: waited %t, %v", id, waited, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// The rows of a list that takes its time stop no other stream, and the file is opened anew when they have come.
func TestALongTransactionIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "lake.duckdb"), reopenRows: 1, patience: time.Nanosecond})
	if err != nil {
		t.Fatal(err)
	}
	feed, list := numbers("feed"), numbers("list")
	if err := s.Prepare(t.Context(), []*schema.Table{feed, list}); err != nil {
		t.Fatal(err)
	}
	first := s.db
	long, err := s.Begin(t.Context(), "run", "list")
	if err != nil {
		t.Fatal(err)
	}
	for id := range int64(3) {
		if err := commitNumbers(t, s, feed, id); err != nil {
			t.Fatal(err)
		}
	}
	if s.db != first {
		t.Error("the file was opened anew under a transaction")
	}
	if _, err := long.Commit(t.Context(), sink.Commit{At: time.Now()}); err != nil {
		t.Error(err)
	}
	if s.db == first {
		t.Error("the file was not opened anew when the transaction had ended")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A commit that DuckDB could not make ends all the others, with the same words, and the run is recorded all the same.
func TestABrokenInstanceIsOpenedAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	s, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	table := numbers("numbers")
	if err := s.Prepare(t.Context(), []*schema.Table{table}); err != nil {
		t.Fatal(err)
	}
	if err := commitNumbers(t, s, table, 1); err != nil {
		t.Fatal(err)
	}
	other, err := s.Begin(t.Context(), "run", "other")
	if err != nil {
		t.Fatal(err)
	}
	s.db.breakDown(&statementError{"TransactionContext Error: Failed to commit: Could not write file: No space left on device"})
	isFull := func(err error) bool {
		var full *PathError
		return errors.As(err, &full) && full.Path == path && full.Problem == "the disk is full"
	}
	if err := commitNumbers(t, s, table, 2); !isFull(err) {
		t.Errorf("the next transaction: %v", err)
	}
	if _, err := other.Commit(t.Context(), sink.Commit{At: time.Now(), Load: sink.Load{Tables: []string{"numbers"}}}); !isFull(err) {
		t.Errorf("the one that was under way: %v", err)
	}
	if err := s.SaveRun(t.Context(), sink.Run{ID: "run", Started: time.Now(), Status: sink.Failed}); err != nil {
		t.Error(err)
	}
	if err := commitNumbers(t, s, table, 3); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	report, err := Inspect(t.Context(), Options{Path: path}, sink.All)
	if err != nil || report.Tables[0].Rows != 2 || len(report.Runs) != 1 || report.Runs[0].Status != sink.Failed {
		t.Errorf("%+v, %v", report, err)
	}
}
