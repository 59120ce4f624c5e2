package duckdb_test

import (
	"database/sql"
	"errors"
	"os"
	"strings"
	"testing"

	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/state"
)

// changeFile executes statements in a file, as its user could.
func changeFile(t *testing.T, path string, statements ...string) {
	t.Helper()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", path)
	for _, q := range statements {
		if err == nil {
			_, err = db.Exec(q)
		}
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// ofAccount stores a checkpoint of an account.
func ofAccount(t *testing.T, s *duckdb.Sink, account string) *duckdb.Sink {
	t.Helper()
	tx, err := s.Begin(t.Context(), "run", "numbers")
	if err == nil {
		_, err = tx.Commit(t.Context(), sink.Commit{Checkpoint: state.Checkpoint{Stream: "numbers", Account: account}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatSomebodyWroteIntoTheCopyDoesNotStay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(h.run(1, 100), true)
	changeFile(t, h.copy, "UPDATE numbers SET run = 7 WHERE id < 10")
	h.publish(h.run(1, 100), true)
	h.holds(h.copy, "100 of run 1")
	h.publish(h.run(1, 100), false)
	h.onlyFiles("analysts.duckdb", "lake.duckdb")
}

// A copy replaces nothing but a copy: another sink's file would be gone.
func TestAnotherSinkIsNeverReplacedByACopy(t *testing.T) {
	t.Parallel()
	refused := func(s *duckdb.Sink, force bool, problem string) {
		t.Helper()
		var wrong *duckdb.PathError
		_, err := s.Publish(t.Context(), force)
		if closed := s.Close(); !errors.As(err, &wrong) || !strings.Contains(wrong.Problem, problem) || wrong.Hint() == "" || closed != nil {
			t.Errorf("%v, %v; want %q", err, closed, problem)
		}
	}
	h, other := newHouse(t), newHouse(t)
	other.path = h.copy
	if err := ofAccount(t, other.run(5, 50), "other").Close(); err != nil {
		t.Fatal(err)
	}
	for _, force := range []bool{false, true} {
		refused(ofAccount(t, h.run(1, 100), "acme"), force, "another account")
	}
	if err := ofAccount(t, other.run(6, 50), "acme").Close(); err != nil {
		t.Fatal(err)
	}
	refused(h.run(2, 100), false, "a sink of its own")
	h.holds(h.copy, "50 of run 6")
	s := h.open()
	replaced, err := s.Publish(t.Context(), true)
	if err = errors.Join(err, s.Close()); err != nil || !replaced {
		t.Errorf("forced: %v, %v", replaced, err)
	}
	h.holds(h.copy, "100 of run 2")
}

// A copy that an earlier version made has no mark, and is known by its last run.
func TestACopyOfAnEarlierVersionIsReplaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(h.run(1, 100), true)
	changeFile(t, h.copy, "DROP TABLE desklake.copy")
	h.publish(h.run(2, 100), true)
	h.holds(h.copy, "100 of run 2")
}

// A copy is a backup: in the place of the file it is the sink, and the old copy is replaced; so is that of a file that was lost.
func TestACopyInThePlaceOfTheFileIsTheSink(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(ofAccount(t, h.run(1, 100), "acme"), true)
	if err := errors.Join(os.Remove(h.path), os.Rename(h.copy, h.path), os.Chmod(h.path, 0o600)); err != nil {
		t.Fatal(err)
	}
	h.publish(h.run(2, 100), true)
	if err := os.Remove(h.path); err != nil {
		t.Fatal(err)
	}
	h.publish(ofAccount(t, h.run(3, 100), "acme"), true)
	h.holds(h.copy, "100 of run 3")
	for path, want := range map[string]int{h.path: 0, h.copy: 1} {
		db, err := sql.Open("duckdb", path+"?access_mode=READ_ONLY")
		n := -1
		if err == nil {
			err = db.QueryRow("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'copy'").Scan(&n)
		}
		if err = errors.Join(err, db.Close()); err != nil || n != want {
			t.Errorf("%s: %d marks, %v", path, n, err)
		}
	}
}
