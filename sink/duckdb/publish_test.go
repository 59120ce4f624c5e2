package duckdb_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
)

// numbers is a table whose rows all carry the number of the run that wrote them last.
var numbers = &schema.Table{Name: "numbers", Key: "id", Columns: []schema.Column{
	{Name: "id", Type: schema.Int}, {Name: "run", Type: schema.Int},
}}

// house is a folder with a file and its copy.
type house struct {
	t          *testing.T
	path, copy string
}

func newHouse(t *testing.T) *house {
	folder := t.TempDir()
	return &house{t, filepath.Join(folder, "lake.duckdb"), filepath.Join(folder, "analysts.duckdb")}
}

func (h *house) open() *duckdb.Sink {
	h.t.Helper()
	s, err := duckdb.Open(h.t.Context(), duckdb.Options{Path: h.path, Copy: h.copy, CopyGuard: 0.2})
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// run is a run that reads so many rows of numbers, and finds the others gone. The sink stays open.
func (h *house) run(number, rows int) *duckdb.Sink {
	h.t.Helper()
	s := h.open()
	if err := run(h.t, s, number, rows); err != nil {
		h.t.Fatal(err)
	}
	return s
}

func run(t *testing.T, s *duckdb.Sink, number, rows int) error {
	at := time.Date(2026, 11, 20, 0, number, 0, 0, time.UTC)
	row := sink.Run{ID: fmt.Sprintf("run%03d", number), Started: at, Finished: at, Status: sink.Done}
	if err := errors.Join(s.Prepare(t.Context(), []*schema.Table{numbers}), s.SaveRun(t.Context(), row)); err != nil {
		return err
	}
	tx, err := s.Begin(t.Context(), row.ID, "numbers")
	if err != nil {
		return err
	}
	d := schema.NewDecoder(numbers)
	defer d.Release()
	d.Page(at, row.ID)
	for i := range rows {
		d.Decode(jsonscan.New([]byte(fmt.Sprintf(`{"id":%d,"run":%d}`, i, number))))
	}
	batches, _ := d.Flush()
	for _, b := range batches {
		err = errors.Join(err, tx.Write(t.Context(), b))
		b.Release()
	}
	if err = errors.Join(err, tx.MarkMissing(t.Context(), numbers, at)); err != nil {
		return err
	}
	_, err = tx.Commit(t.Context(), sink.Commit{Load: sink.Load{Tables: []string{"numbers"}}, At: at})
	return err
}

// publish expects the copy to be replaced or not, and closes the sink.
func (h *house) publish(s *duckdb.Sink, want bool) {
	h.t.Helper()
	replaced, err := s.Publish(h.t.Context(), false)
	if err = errors.Join(err, s.Close()); err != nil || replaced != want {
		h.t.Errorf("replaced: %v, %v", replaced, err)
	}
}

// holds compares what a file holds: the live rows, by run.
func (h *house) holds(path, want string) {
	h.t.Helper()
	if got, err := held(path); err != nil || got != want {
		h.t.Errorf("%s holds %q instead of %q, %v", filepath.Base(path), got, want, err)
	}
}

func held(path string) (text string, err error) {
	db, err := sql.Open("duckdb", path+"?access_mode=READ_ONLY")
	if err != nil {
		return "", err
	}
	defer db.Close()
	err = db.QueryRow(`SELECT string_agg(n || ' of run ' || run, ', ' ORDER BY run)
		FROM (SELECT run, count(*) AS n FROM numbers WHERE _desklake_deleted_at IS NULL GROUP BY run)`).Scan(&text)
	return text, err
}

// onlyFiles compares the names in the folder.
func (h *house) onlyFiles(want ...string) {
	h.t.Helper()
	entries, err := os.ReadDir(filepath.Dir(h.path))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if err != nil || strings.Join(names, " ") != strings.Join(want, " ") {
		h.t.Errorf("the folder holds %v, %v", names, err)
	}
}

func TestTheCopyIsReplacedWhereItIsNotWhatTheFileIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(h.run(1, 100), true)
	h.holds(h.copy, "100 of run 1")
	h.publish(h.run(1, 100), false) // the same again
	h.publish(h.run(2, 100), true)
	h.holds(h.copy, "100 of run 2")
	h.onlyFiles("analysts.duckdb", "lake.duckdb")

	// A run that ended before its copy was made, and a run with nothing new behind it.
	if err := h.run(3, 100).Close(); err != nil {
		t.Fatal(err)
	}
	h.publish(h.run(3, 100), true)
	h.holds(h.copy, "100 of run 3")

	// A copy that somebody removed.
	if err := os.Remove(h.copy); err != nil {
		t.Fatal(err)
	}
	h.publish(h.open(), true)
	h.holds(h.copy, "100 of run 3")
}

func TestANewColumnIsPublishedWithoutANewRow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(h.run(1, 10), true)
	wider := *numbers
	wider.Columns = append(wider.Columns[:2:2], schema.Column{Name: "note", Type: schema.Text})
	s := h.open()
	if err := s.Prepare(t.Context(), []*schema.Table{&wider}); err != nil {
		t.Fatal(err)
	}
	h.publish(s, true)
}

func TestATableThatShrankTooMuchKeepsTheOldCopy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(h.run(1, 1000), true)
	h.publish(h.run(2, 800), true) // 20 % are gone, which is allowed

	s := h.run(3, 639)
	replaced, err := s.Publish(t.Context(), false)
	var shrunk *sink.Shrunk
	if replaced || !errors.As(err, &shrunk) || shrunk.Error() != h.copy+": the old copy was kept: numbers: 639 of 800 rows are left" {
		t.Errorf("replaced: %v, %v", replaced, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	h.holds(h.copy, "800 of run 2")
	issues, err := rows(h.path, "desklake.issues")
	if err != nil || len(issues) != 1 || !strings.Contains(issues[0], `"table_name":"numbers"`) ||
		!strings.Contains(issues[0], `"value":"639 of 800 rows are left"`) || !strings.Contains(issues[0], `"run_id":"run003"`) {
		t.Errorf("issues: %v, %v", issues, err)
	}

	// The next run, with nothing new, does not publish it either; force does.
	s = h.open()
	if _, err := s.Publish(t.Context(), false); !errors.As(err, &shrunk) {
		t.Errorf("the second try: %v", err)
	}
	if replaced, err := s.Publish(t.Context(), true); !replaced || err != nil {
		t.Errorf("forced: %v, %v", replaced, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	h.holds(h.copy, "639 of run 3")
}

func TestAFewRowsAreNotGuarded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(h.run(1, 19), true)
	h.publish(h.run(2, 1), true)
	h.holds(h.copy, "1 of run 2")
}

func TestTheCopyIsForReadingAndKeepsItsMode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(h.run(1, 10), true)
	h.hasMode(0o444)
	if err := os.Chmod(h.copy, 0o640); err != nil {
		t.Fatal(err)
	}
	h.publish(h.run(2, 10), true)
	h.hasMode(0o640)
}

func (h *house) hasMode(want os.FileMode) {
	h.t.Helper()
	if info, err := os.Stat(h.copy); err != nil || info.Mode().Perm() != want {
		h.t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestWhatCanNotBeTheCopyIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		make func(h *house) error
		want string // %s stands for the copy
	}{
		"a folder":               {func(h *house) error { return os.Mkdir(h.copy, 0o700) }, "%s: is a directory"},
		"in a folder not there":  {func(h *house) error { h.copy = filepath.Join(h.copy, "x"); return nil }, "%s: its folder does not exist"},
		"the file itself":        {func(h *house) error { h.copy = h.path; return nil }, "%s: is the file that desklake writes to"},
		"a link to the file":     {func(h *house) error { return os.Symlink(h.path, h.copy) }, "%s: is the file that desklake writes to"},
		"a text":                 {func(h *house) error { return os.WriteFile(h.copy, []byte("Dear diary"), 0o600) }, "%s: is not a DuckDB file"},
		"somebody's DuckDB file": {func(h *house) error { return execute(h.copy, "CREATE TABLE mine AS SELECT 1") }, "%s: is not a copy that desklake made"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			target := h.copy
			h.copy = ""
			if err := h.run(1, 10).Close(); err != nil {
				t.Fatal(err)
			}
			h.copy = target
			if err := x.make(h); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(h.copy)
			s, err := duckdb.Open(t.Context(), duckdb.Options{Path: h.path, Copy: h.copy})
			if err == nil {
				_, err = s.Publish(t.Context(), true)
				err = errors.Join(err, s.Close())
			}
			var refused *duckdb.PathError
			if !errors.As(err, &refused) || err.Error() != fmt.Sprintf(x.want, h.copy) || strings.Contains(refused.Hint(), "sink.path;") {
				t.Errorf("got %v", err)
			}
			if after, _ := os.ReadFile(h.copy); string(after) != string(before) {
				t.Error("it was changed")
			}
			h.holds(h.path, "10 of run 1")
		})
	}
}

func execute(path, statement string) error {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	_, err = db.Exec(statement)
	return errors.Join(err, db.Close())
}
