package parquet

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/sink"
	"desklake/state"
)

// list is a run that reads the words whole, as a list is read: no cursor covers them.
func (l *lake) list(records ...string) {
	l.Helper()
	s := l.prepared()
	tx, err := s.Begin(l.Context(), "run", "words")
	for _, b := range batches(words, records...) {
		if err == nil {
			err = tx.Write(l.Context(), b)
		}
	}
	if err == nil {
		_, err = tx.Commit(l.Context(), sink.Commit{At: at(1), Checkpoint: state.Checkpoint{Stream: "words", Tables: []string{"words"}}})
	}
	if err = errors.Join(err, finish(s)); err != nil {
		l.Fatal(err)
	}
}

// asides are the files that were set aside, below their folder.
func (l *lake) asides() (names []string) {
	l.Helper()
	root := filepath.Join(l.Path, aside)
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(root, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		l.Fatal(err)
	}
	return names
}

// The file of a list was replaced by that of the night before, or cut off: it goes to where no reader looks, again and again.
func TestWhatIsSetAsideIsReadByNobody(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.list(`{"word":"a","count":1}`)
	file := filepath.Join(l.Path, "words", "words.parquet")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	l.list(`{"word":"a","count":1}`, `{"word":"another","count":2}`, `{"word":"third","count":3}`)
	for n, content := range [][]byte{before, before[:100], nil} {
		if err := os.WriteFile(file, content, 0o666); err != nil {
			t.Fatal(err)
		}
		l.list(`{"word":"a","count":1}`, `{"word":"b","count":2}`)
		if got := l.asides(); len(got) != n+1 {
			t.Errorf("set aside: %v", got)
		}
		if kept, err := os.ReadFile(filepath.Join(l.Path, aside, "words", "words.parquet."+string(rune('1'+n)))); err != nil || string(kept) != string(content) {
			t.Errorf("%d of %d bytes are kept, %v", len(kept), len(content), err)
		}
		l.holdsOnly("words", "words.parquet")
	}
	if diff := cmp.Diff([]string{"2"}, runPython(t, "whole.py", filepath.Join(l.Path, "words"))); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// holdsOnly checks the names in the folder of a table.
func (l *lake) holdsOnly(table string, want ...string) {
	l.Helper()
	entries, err := os.ReadDir(filepath.Join(l.Path, table))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if err != nil || strings.Join(names, " ") != strings.Join(want, " ") {
		l.Errorf("%s holds %v, %v", table, names, err)
	}
}

// The folder of a table may be on another disk.
func TestWhatCanNotBeMovedAwayIsHidden(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.list(`{"word":"a","count":1}`)
	file := filepath.Join(l.Path, "words", "words.parquet")
	crossed := false
	l.disk.before = func(operation, path string) error {
		if operation == "rename" && path == file && !crossed {
			crossed = true
			return &os.LinkError{Op: "rename", Old: path, New: aside, Err: syscall.EXDEV}
		}
		return nil
	}
	if err := os.Truncate(file, 50); err != nil {
		t.Fatal(err)
	}
	l.list(`{"word":"a","count":1}`, `{"word":"b","count":2}`)
	l.holdsOnly("words", ".words.parquet.damaged.1", "words.parquet")
	if diff := cmp.Diff([]string{"2"}, runPython(t, "whole.py", filepath.Join(l.Path, "words"))); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// What can't be moved away at all stays a part of the table for its readers: nothing goes on beside it.
func TestWhatCanNotBeSetAsideIsAnError(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.list(`{"word":"a","count":1}`)
	file := filepath.Join(l.Path, "words", "words.parquet")
	if err := os.Truncate(file, 50); err != nil {
		t.Fatal(err)
	}
	l.disk.before = func(operation, path string) error {
		if operation == "rename" && path == file {
			return &os.LinkError{Op: "rename", Old: path, New: path, Err: syscall.EACCES}
		}
		return nil
	}
	l.refuses(file, "may not be read or written")
	l.disk.before = nil
	l.list(`{"word":"a","count":1}`)
	l.holdsOnly("words", "words.parquet")
}

// An earlier version left such files where they are read.
func TestWhatAnEarlierVersionLeftIsSetAside(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	content, err := os.ReadFile(l.file("2026-01"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{l.file("2026-01") + oldAside, filepath.Join(l.Path, "words", "words.parquet"+oldAside)} {
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Changes(t.Context(), l.Options, l.tables); err != nil {
		t.Error(err)
	}
	l.run([]string{pet(3, 1, 1, "c")})
	if diff := cmp.Diff([]string{"pets/created_month=2026-01/pets.parquet.1", "words/words.parquet.1"}, l.asides()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"3 2026-01 2026-01 2026-02", "0"}, runPython(t, "whole.py", filepath.Join(l.Path, "pets"), filepath.Join(l.Path, "words"))); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// A file without rows is read by everybody but desklake.
func TestAHarmedFileWithoutRowsIsMadeAnew(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(l *lake, path string) error{
		"a bit": func(l *lake, path string) error { l.flip(path, 1); return nil },
		"cut":   func(_ *lake, path string) error { return os.Truncate(path, 60) },
		"empty": func(_ *lake, path string) error { return os.Truncate(path, 0) },
		"a copy": func(l *lake, path string) error {
			content, err := os.ReadFile(l.file("2026-01"))
			return errors.Join(err, os.WriteFile(path, content, 0o666))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := twoPets(t)
			if err := harm(l, l.file("unknown")); err != nil {
				t.Fatal(err)
			}
			if _, err := Changes(t.Context(), l.Options, l.tables); err != nil {
				t.Error(err)
			}
			l.run()
			if diff := cmp.Diff([]string{"2 2026-01 2026-02"}, runPython(t, "whole.py", filepath.Join(l.Path, "pets"))); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"pets/created_month=unknown/pets.parquet.1"}, l.asides()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
