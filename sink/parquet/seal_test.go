package parquet

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"desklake/sink/book"
)

// What is read of desklake's own tables is what was written, or nothing.
func TestAFlippedBitInDesklakesOwnTablesIsNoticed(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.noteRun = true
	l.run([]string{pet(1, 1, 1, "a")})
	runs, loads := chapterBooks(1)
	flipAnywhere(t, runs.table, runs.path(l.Path))
	flipAnywhere(t, loads.table, loads.path(l.Path))
	flipAnywhere(t, book.Issues, ownFile(l.Path, "issues", "issues"))

	path := runs.path(l.Path)
	l.flip(path, 100)
	l.refuses(path, errDamaged.Error(), []string{pet(1, 1, 2, "b")})
	var told *PathError
	if err := l.tryRun(); !errors.As(err, &told) || strings.Contains(told.Hint(), "state reset") {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(path); err != nil { // as the hint says
		t.Fatal(err)
	}
	l.run([]string{pet(1, 1, 2, "b")})
}

func flipAnywhere[R any](t *testing.T, table *book.Table[R], path string) {
	t.Helper()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read := func() (rows []R, err error) {
		for r, err := range readRows(table, path) {
			if err != nil {
				return nil, err
			}
			rows = append(rows, r)
		}
		return rows, nil
	}
	want, err := read()
	if err != nil || len(want) == 0 {
		t.Fatalf("%v, %v", want, err)
	}
	for range 200 {
		content, at, bit := bytes.Clone(whole), rand.IntN(len(whole)), rand.IntN(8)
		content[at] ^= 1 << bit
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
		if got, err := read(); err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: bit %d of byte %d is believed", path, bit, at)
		}
	}
	if err := os.WriteFile(path, whole, 0o666); err != nil {
		t.Fatal(err)
	}
}

// Every file that has rows of desklake's own has its seal, so that none is left out.
func TestEveryFileOfDesklakesOwnTablesIsSealed(t *testing.T) {
	t.Parallel()
	l := olderLake(t)
	l.run()
	n := 0
	err := filepath.WalkDir(filepath.Join(l.Path, own), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".parquet" {
			return err
		}
		n++
		content, err := os.ReadFile(path)
		if err == nil && (!bytes.Contains(content, []byte(sealAt)) || bytes.Contains(content, []byte(sealAt+noSeal))) {
			t.Errorf("%s has no seal", path)
		}
		return err
	})
	if err != nil || n < 4 {
		t.Errorf("%d files, %v", n, err)
	}
}
