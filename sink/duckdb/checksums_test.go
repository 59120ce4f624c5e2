package duckdb_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"desklake/sink/duckdb"
)

// The analysts' copy is the last good one when a block of the file is damaged that no run reads.
func TestADamagedFileIsNotPublished(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(h.run(1, 5000), true)
	if err := h.run(2, 4000).Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(h.copy)
	if err != nil {
		t.Fatal(err)
	}
	kept, made := 0, 0
	for at := int64(3 * 4096); at < int64(len(good)); at += blockBytes {
		if err := errors.Join(os.WriteFile(h.path, good, 0o600), os.Remove(h.copy), os.WriteFile(h.copy, before, 0o600)); err != nil {
			t.Fatal(err)
		}
		flip(t, h.path, at+20)
		s, err := duckdb.Open(t.Context(), duckdb.Options{Path: h.path, Copy: h.copy})
		if err == nil {
			_, err = s.Publish(t.Context(), true)
			_ = s.Close()
		}
		if err == nil { // the block is not used
			h.holds(h.copy, "4000 of run 2")
			if err := execute(h.copy, "SELECT count(*) FROM numbers AS n WHERE hash(n) = 1"); err != nil {
				t.Error(err)
			}
			made++
			continue
		}
		isTold(t, err, at)
		var told *duckdb.PathError
		if errors.As(err, &told) && (told.Path != h.path || at > headBytes && strings.Contains(told.Hint(), "Nothing was changed")) {
			t.Errorf("%v: %s", err, told.Hint())
		}
		h.holds(h.copy, "5000 of run 1")
		h.onlyFiles("analysts.duckdb", "lake.duckdb")
		kept++
	}
	if kept < 3 || made == 0 {
		t.Errorf("%d old copies were kept, %d were replaced", kept, made)
	}
}

// A file that DuckDB has written needs no second look, also where rows were replaced and it has blocks that are free.
func TestTheChecksumsOfBlocksAreThoseOfDuckDB(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for number := range 3 {
		h.publish(h.run(number, 5000), true)
		for _, path := range []string{h.path, h.copy} {
			if whole, err := duckdb.IsWhole(t.Context(), path); !whole || err != nil {
				t.Errorf("%s: %v, %v", path, whole, err)
			}
		}
	}
	info, err := os.Stat(h.path)
	if err != nil {
		t.Fatal(err)
	}
	for at := int64(headBytes); at < info.Size(); at += blockBytes {
		for _, bit := range []int64{0, 7, 8, 12345, blockBytes - 1} {
			flip(t, h.path, at+bit)
			if whole, err := duckdb.IsWhole(t.Context(), h.path); whole || err != nil {
				t.Errorf("byte %d: %v, %v", at+bit, whole, err)
			}
			flip(t, h.path, at+bit)
		}
	}
	for _, size := range []int64{info.Size() - 1, headBytes - 1, 0} {
		if err := os.Truncate(h.path, size); err != nil {
			t.Fatal(err)
		}
		if whole, err := duckdb.IsWhole(t.Context(), h.path); whole || err != nil {
			t.Errorf("%d bytes: %v, %v", size, whole, err)
		}
	}
}

// It is the copy that is to go then, and not the file.
func TestADamagedCopyIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(h.run(1, 5000), true)
	if err := h.run(2, 5000).Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(h.copy)
	if err = errors.Join(err, os.Chmod(h.copy, 0o600)); err != nil {
		t.Fatal(err)
	}
	told := 0
	for at := int64(headBytes); at < int64(len(good)); at += blockBytes {
		flip(t, h.copy, at+20)
		s := h.open()
		_, err := s.Publish(t.Context(), false)
		if err = errors.Join(err, s.Close()); err != nil {
			told++
			var wrong *duckdb.PathError
			if !errors.As(err, &wrong) || wrong.Path != h.copy || !strings.HasPrefix(wrong.Problem, "is damaged") || !strings.Contains(wrong.Hint(), "makes it anew") {
				t.Errorf("%v", err)
			}
		}
		if err := os.WriteFile(h.copy, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if told == 0 {
		t.Error("no block of it was read")
	}
}
