package duckdb

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"desklake/schema"
	"desklake/sink"
)

// numbersIn opens a file with a table of these numbers.
func numbersIn(t *testing.T, o Options, ids ...int64) (*Sink, *schema.Table) {
	t.Helper()
	o.Path = filepath.Join(t.TempDir(), "lake.duckdb")
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	table := numbers("numbers")
	if err := errors.Join(s.Prepare(t.Context(), []*schema.Table{table}), commitNumbers(t, s, table, ids...)); err != nil {
		t.Fatal(err)
	}
	return s, table
}

// count counts the rows that a reader gives.
func count(t *testing.T, r sink.Reader, table *schema.Table, keys schema.Keys) (rows int64, err error) {
	for b, err := range r.Rows(t.Context(), table, keys) {
		if err != nil {
			return rows, err
		}
		rows += b.Rows()
		b.Release()
	}
	return rows, nil
}

// A file that is read is not opened anew, also between two batches of a reader that waits for the commit.
func TestAFileIsNotOpenedAnewWhileItIsRead(t *testing.T) {
	t.Parallel()
	s, table := numbersIn(t, Options{reopenRows: 1}, 1)
	r, err := s.Read(t.Context(), table.Name)
	if err != nil {
		t.Fatal(err)
	}
	first := s.db
	for b, err := range r.Rows(t.Context(), table, schema.Keys{}) {
		if err != nil {
			t.Fatal(err)
		}
		b.Release()
		if err := commitNumbers(t, s, table, 2); err != nil {
			t.Fatal(err)
		}
	}
	if s.db != first {
		t.Error("the file was opened anew under a reader")
	}
	if err := errors.Join(r.Close(), commitNumbers(t, s, table, 3)); err != nil {
		t.Fatal(err)
	}
	if s.db == first {
		t.Error("the file was not opened anew when the reading had ended")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A reader does not hold up what has to open the file anew, and is told of it; nor does it keep the file open.
func TestAReaderEndsWithTheOpenFile(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *Sink) error{
		"close": (*Sink).Close,
		"a broken instance": func(s *Sink) error {
			s.db.breakDown(&statementError{"TransactionContext Error: Failed to commit: Could not write file: No space left on device"})
			return errors.Join(s.SaveRun(t.Context(), sink.Run{ID: "run", Started: time.Now(), Status: sink.Failed}), s.Close())
		},
	} {
		s, table := numbersIn(t, Options{}, 1)
		r, err := s.Read(t.Context(), table.Name)
		if err != nil {
			t.Fatal(err)
		}
		if err := end(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := count(t, r, table, schema.Keys{}); !errors.Is(err, errNotOpen) {
			t.Errorf("%s: reading on: %v", name, err)
		}
		if _, err := r.Report(t.Context(), sink.All); !errors.Is(err, errNotOpen) {
			t.Errorf("%s: a report: %v", name, err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := s.Read(t.Context()); !errors.Is(err, errNotOpen) {
			t.Errorf("%s: a sink that is closed can be read: %v", name, err)
		}
	}
}

// More keys than are looked up at once come all the same, each once.
func TestManyKeysAreReadInParts(t *testing.T) {
	t.Parallel()
	var ids []int64
	var only []schema.Key
	for id := range int64(keyRows + 100) {
		ids, only = append(ids, id), append(only, schema.Key{Int: id})
	}
	s, table := numbersIn(t, Options{}, ids...)
	r, err := s.Read(t.Context(), table.Name)
	if err != nil {
		t.Fatal(err)
	}
	for _, keys := range []schema.Keys{{}, {Only: only}} {
		if n, err := count(t, r, table, keys); err != nil || n != int64(len(ids)) {
			t.Errorf("%d of %d rows, %v", n, len(ids), err)
		}
	}
	if err := errors.Join(r.Close(), s.Close()); err != nil {
		t.Error(err)
	}
}
