package duckdb_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
)

// A file has three heads of 4 KiB, then blocks of 256 KiB.
const headBytes, blockBytes = 3 * 4096, 256 << 10

// flip changes one bit of a file.
func flip(t *testing.T, path string, at int64) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	one := make([]byte, 1)
	_, err = file.ReadAt(one, at)
	one[0] ^= 0x10
	_, written := file.WriteAt(one, at)
	if err := errors.Join(err, written, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// isTold checks that an error says that the file is damaged, at a byte, and what to do.
func isTold(t *testing.T, err error, at int64) {
	t.Helper()
	var told *duckdb.PathError
	if !errors.As(err, &told) || !strings.HasPrefix(told.Problem, "is damaged") || !strings.Contains(told.Problem, fmt.Sprintf("byte %d ", at)) ||
		!strings.Contains(told.Hint(), "backup") || !strings.Contains(told.Hint(), "move both away") {
		t.Errorf("%v", err)
	}
}

// wholeFile is a file with the rows of a run, and what is in it.
func wholeFile(t *testing.T) (*house, []byte) {
	t.Helper()
	h := newHouse(t)
	if err := h.run(1, 5000).Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	return h, good
}

func openAndRun(h *house) error {
	s, err := duckdb.Open(h.t.Context(), duckdb.Options{Path: h.path})
	if err == nil {
		err = run(h.t, s, 2, 4000)
		if closed := s.Close(); err == nil {
			err = closed
		}
	}
	return err
}

// Each part of a file that is read is told of when a bit of it has changed. What no run reads is of no importance.
func TestADamagedFileIsToldWithItsPlaceAndWhatToDo(t *testing.T) {
	t.Parallel()
	h, good := wholeFile(t)
	blocks, told := (len(good)-headBytes)/blockBytes, 0
	places := []int64{20, 4096 + 20}
	for i := range blocks {
		places = append(places, int64(headBytes+i*blockBytes+20))
	}
	for _, at := range places {
		if err := os.WriteFile(h.path, good, 0o600); err != nil {
			t.Fatal(err)
		}
		flip(t, h.path, at)
		if err := openAndRun(h); err != nil {
			isTold(t, err, at-20)
			told++
		}
		if now, err := os.ReadFile(h.path); err != nil || len(now) < len(good) {
			t.Errorf("%d of %d bytes are left: %v", len(now), len(good), err)
		}
	}
	if told < 4 {
		t.Errorf("%d of %d places were told", told, len(places))
	}
	if err := errors.Join(os.Rename(h.path, h.path+".damaged"), os.RemoveAll(h.path+".wal"), openAndRun(h)); err != nil {
		t.Errorf("without the file: %v", err)
	}
	h.holds(h.path, "4000 of run 2")
}

func TestADamagedFileIsToldByAViewToo(t *testing.T) {
	t.Parallel()
	h, _ := wholeFile(t)
	flip(t, h.path, headBytes+20)
	_, err := duckdb.Inspect(t.Context(), duckdb.Options{Path: h.path}, sink.All)
	isTold(t, err, headBytes)
	_, err = duckdb.Changes(t.Context(), duckdb.Options{Path: h.path}, []*schema.Table{numbers})
	isTold(t, err, headBytes)
}

// A block with rows is damaged: whoever opens the file does not meet it, and who reads the rows does.
func TestADamagedFileIsToldWhenItsRowsAreRead(t *testing.T) {
	t.Parallel()
	h, good := wholeFile(t)
	told := 0
	for at := headBytes; at < len(good); at += blockBytes {
		if err := os.WriteFile(h.path, good, 0o600); err != nil {
			t.Fatal(err)
		}
		flip(t, h.path, int64(at+20))
		r, err := duckdb.Destination{Options: duckdb.Options{Path: h.path}}.Read(t.Context(), numbers.Name)
		if err != nil {
			isTold(t, err, int64(at))
			continue
		}
		for b, err := range r.Rows(t.Context(), numbers, schema.Keys{}) {
			if err != nil {
				isTold(t, err, int64(at))
				told++
			} else {
				b.Release()
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if told == 0 {
		t.Error("no block had rows")
	}
}

// A bit can change while the file is open, and is met when its block is read.
func TestADiskThatFailsInTheMiddleOfARunIsTold(t *testing.T) {
	t.Parallel()
	h, _ := wholeFile(t)
	info, err := os.Stat(h.path)
	if err != nil {
		t.Fatal(err)
	}
	s := h.open()
	if err := s.Prepare(t.Context(), []*schema.Table{numbers}); err != nil {
		t.Fatal(err)
	}
	for at := int64(headBytes); at < info.Size(); at += blockBytes {
		flip(t, h.path, at+20)
	}
	began := sink.Run{ID: "run002", Started: time.Date(2026, 11, 20, 0, 2, 0, 0, time.UTC), Status: sink.Running}
	err = s.SaveRun(t.Context(), began)
	if err == nil {
		err = run(t, s, 2, 4000)
	}
	var told *duckdb.PathError
	if !errors.As(err, &told) || !strings.HasPrefix(told.Problem, "is damaged: the checksum of the block at byte ") {
		t.Errorf("%v", err)
	}
	_ = s.Close()
}

// A file that was cut off is one of DuckDB's, and a log can be damaged as well.
func TestWhatElseCanBeDamagedIsTold(t *testing.T) {
	t.Parallel()
	h, good := wholeFile(t)
	for _, size := range []int{6000, headBytes, headBytes + 1000, len(good) - blockBytes - 1000} {
		var told *duckdb.PathError
		if err := errors.Join(os.WriteFile(h.path, good[:size], 0o600), openAndRun(h)); !errors.As(err, &told) || !strings.HasPrefix(told.Problem, "is damaged") {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if err := os.WriteFile(h.path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	s := h.run(2, 4000)
	log, err := os.ReadFile(h.path + ".wal")
	if err = errors.Join(err, s.Close(), os.WriteFile(h.path, good, 0o600), os.WriteFile(h.path+".wal", log, 0o600)); err != nil {
		t.Fatal(err)
	}
	flip(t, h.path+".wal", int64(len(log)/2))
	var told *duckdb.PathError
	if err := openAndRun(h); !errors.As(err, &told) || !strings.Contains(told.Problem, ".wal, can't be read") || !strings.Contains(told.Hint(), "log away") {
		t.Errorf("the log: %v", err)
	}
	if err := errors.Join(os.Remove(h.path+".wal"), openAndRun(h)); err != nil {
		t.Errorf("without it: %v", err)
	}
	h.holds(h.path, "4000 of run 2")
}
