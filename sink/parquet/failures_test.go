package parquet

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

func (l *lake) file(month string) string {
	return filepath.Join(l.Path, "pets", "created_month="+month, "pets.parquet")
}

// refuses runs and wants a PathError about the path with the problem.
func (l *lake) refuses(path, problem string, transactions ...[]string) {
	l.Helper()
	var refused *PathError
	err := l.tryRun(transactions...)
	if !errors.As(err, &refused) || refused.Path != path || !strings.Contains(refused.Problem, problem) || refused.Hint() == "" {
		l.Errorf("got %v, want %s: ...%s...", err, path, problem)
		return
	}
	if gone := strings.Contains(refused.Problem, "is missing"); gone && strings.Contains(refused.Hint(), "remove it") {
		l.Errorf("%s: what is gone can't be removed: %s", path, refused.Hint())
	}
}

func twoPets(t *testing.T) *lake {
	l := newLake(t)
	l.run([]string{pet(1, 1, 1, "a"), pet(2, 2, 1, "b")})
	return l
}

// A disk that becomes full in the middle of a merge costs nothing that was committed.
func TestADiskThatBecomesFullWhileMergingLosesNothing(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	full := l.Options
	full.disk.before = func(operation, path string) error {
		if operation == "write" && filepath.Base(path) == ".pets.draft" {
			return &fs.PathError{Op: "write", Path: path, Err: syscall.ENOSPC}
		}
		return nil
	}
	whole := l.Options
	l.Options = full
	l.noteRun = true
	l.refuses(filepath.Join(l.Path, "pets", "created_month=2026-01", ".pets.draft"), "the disk is full", []string{pet(1, 1, 2, "c"), pet(3, 1, 1, "d")})
	if diff := cmp.Diff([]string{"1 2026-01 a", "2 2026-02 b"}, l.rows()); diff != "" {
		t.Errorf("readers see (-want +got):\n%s", diff)
	}
	if report, err := Inspect(t.Context(), l.Options, sink.All); err != nil || report.Runs[0].Status != sink.Failed || !strings.Contains(report.Runs[0].Error, "the disk is full") {
		t.Errorf("the run: %+v, %v", report.Runs, err)
	}
	l.Options = whole
	l.run()
	if diff := cmp.Diff([]string{"1 2026-01 c", "2 2026-02 b", "3 2026-01 d"}, l.rows()); diff != "" {
		t.Errorf("after room was made (-want +got):\n%s", diff)
	}
}

// What readers don't see yet does not make a table fresh, whatever became of the run; and the next run puts it into its place.
func TestATableWhoseRowsWaitIsAsFreshAsWhatReadersSee(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	full := false
	l.disk.before = func(operation, path string) error {
		if full && operation == "write" && filepath.Base(path) == ".pets.draft" {
			return &fs.PathError{Op: "write", Path: path, Err: syscall.ENOSPC}
		}
		return nil
	}
	night := func(id string, minute int, ended sink.Status, records ...string) {
		t.Helper()
		s := l.prepared()
		run := sink.Run{ID: id, Started: at(minute), Status: sink.Running}
		err := s.SaveRun(t.Context(), run)
		tx, failed := s.Begin(t.Context(), id, "pets")
		if err = errors.Join(err, failed); err != nil {
			t.Fatal(err)
		}
		for _, b := range batches(pets, records...) {
			err = errors.Join(err, tx.Write(t.Context(), b))
		}
		_, failed = tx.Commit(t.Context(), sink.Commit{At: at(minute), Load: sink.Load{Tables: []string{"pets"}, Outcome: sink.Complete},
			Checkpoint: state.Checkpoint{Stream: "pets", Tables: []string{"pets"}, RunID: id, SavedAt: at(minute), CompleteAt: at(minute)}})
		if err = errors.Join(err, failed); err != nil {
			t.Fatal(err)
		}
		if ended != sink.Killed {
			run.Finished, run.Status = at(minute+1), ended
			if failed := s.Settle(t.Context()); failed != nil {
				run.Error = failed.Error()
			}
			err = s.SaveRun(t.Context(), run)
		}
		if err = errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
	}
	stands := func(minute int, outcome sink.Outcome, told string) {
		t.Helper()
		r, err := Inspect(t.Context(), l.Options, sink.Look{})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Tables[0]; !got.FreshAt.Equal(at(minute)) || got.Outcome != outcome || !strings.Contains(got.Error, told) || (told == "") != (got.Error == "") {
			t.Errorf("%+v, want fresh at %s, %q, %q", got, at(minute), outcome, told)
		}
	}
	night("a", 10, sink.Done, pet(1, 1, 2, "c"))
	stands(10, sink.Complete, "")
	full = true
	night("b", 20, sink.Failed, pet(1, 1, 3, "d"))
	stands(10, "", "the disk is full")
	night("c", 30, sink.Failed)
	stands(10, "", "the disk is full")
	night("d", 40, sink.Killed, pet(1, 1, 4, "e"))
	stands(10, "", "")
	full = false
	night("e", 50, sink.Done)
	stands(50, sink.Complete, "")
	if diff := cmp.Diff([]string{"1 2026-01 e", "2 2026-02 b"}, l.rows()); diff != "" {
		t.Errorf("readers see (-want +got):\n%s", diff)
	}
}

// What is to be put into its place is left as it is when the run has no more time.
func TestSettlingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	s := l.prepared()
	if _, err := l.commit(s, pets, pet(1, 1, 2, "c")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Settle(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("settled: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	l.run()
	if diff := cmp.Diff([]string{"1 2026-01 c", "2 2026-02 b"}, l.rows()); diff != "" {
		t.Errorf("after the next run (-want +got):\n%s", diff)
	}
}

// Where there is not even room for desklake's own tables, the run is still told to have failed.
func TestARunThatCouldNotMergeHasFailedOnAFullDisk(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	full := false
	l.noteRun = true
	l.disk.before = func(operation, path string) error {
		full = full || filepath.Base(path) == ".pets.draft"
		if full && operation == "write" && filepath.Base(path) != filepath.Base(manifestName) {
			return &fs.PathError{Op: "write", Path: path, Err: syscall.ENOSPC}
		}
		return nil
	}
	l.refuses(filepath.Join(l.Path, "pets", "created_month=2026-01", ".pets.draft"), "the disk is full", []string{pet(1, 1, 2, "c")})
	if report, err := Inspect(t.Context(), l.Options, sink.All); err != nil || report.Runs[0].Status != sink.Failed || !strings.Contains(report.Runs[0].Error, "the disk is full") {
		t.Errorf("the run: %+v, %v", report.Runs, err)
	}
}

func TestAFileThatCantBePutIntoItsPlaceIsNamed(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	l.disk.before = func(operation, path string) error {
		if operation == "rename" && filepath.Base(path) == ".pets.draft" {
			return &os.LinkError{Op: "rename", Old: path, New: l.file("2026-01"), Err: syscall.EACCES}
		}
		return nil
	}
	l.refuses(l.file("2026-01"), "may not be read or written", []string{pet(1, 1, 2, "c")})
}

// Two runs that each think they have the lock would overwrite each other's files.
func TestARunWhoseLockWasRemovedEnds(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	first := l.prepared()
	_, err := l.commit(first, pets, pet(1, 1, 2, "c"))
	if err == nil {
		err = os.Remove(filepath.Join(l.Path, lockName))
	}
	if err != nil {
		t.Fatal(err)
	}
	l.run([]string{pet(1, 1, 3, "d"), pet(3, 3, 1, "e")})
	var refused *PathError
	if _, err := l.commit(first, pets, pet(1, 1, 4, "f")); !errors.As(err, &refused) || !strings.Contains(refused.Problem, "was removed") {
		t.Errorf("a commit: %v", err)
	}
	if err := finish(first); !errors.As(err, &refused) || !strings.Contains(refused.Problem, "was removed") {
		t.Errorf("the end: %v", err)
	}
	if diff := cmp.Diff([]string{"1 2026-01 d", "2 2026-02 b", "3 2026-03 e"}, l.rows()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// What waits would be lost without it.
func TestALakeWithoutItsManifestIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	path := filepath.Join(l.Path, manifestName)
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	l.refuses(path, "is missing", []string{pet(1, 1, 2, "c")})
	if _, err := Changes(t.Context(), l.Options, l.tables); err == nil {
		t.Error("Changes does not mind")
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	l.run([]string{pet(1, 1, 2, "c")})
	if diff := cmp.Diff([]string{"1 2026-01 c", "2 2026-02 b"}, l.rows()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestPlacesThatCantBeALakeAreNamed(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	places := map[string]string{file: "is not a folder", filepath.Join(l.Path, "no", "such"): "its folder does not exist"}
	if runtime.GOOS == "linux" {
		places["/sys/desklake-lake"] = "may not be read or written"
	}
	for l.Path = range places {
		l.refuses(l.Path, places[l.Path])
		if _, err := Inspect(t.Context(), l.Options, sink.All); err == nil {
			t.Errorf("%s has a report", l.Path)
		}
	}
}

func TestAColumnWhoseTypeChangedIsRefused(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	changed := *pets
	changed.Columns = slices.Clone(pets.Columns)
	changed.Columns[1].Type = schema.Int
	l.tables = []*schema.Table{&changed}
	l.refuses(filepath.Join(l.Path, "pets"), "column name is text in the files, this version of desklake writes int")

	// What the hint says helps.
	s, err := Open(t.Context(), l.Options)
	if err == nil {
		err = errors.Join(os.Rename(filepath.Join(l.Path, "pets"), filepath.Join(l.Path, "pets.old")), s.DeleteCheckpoint(t.Context(), "pets"), finish(s))
	}
	if err != nil {
		t.Fatal(err)
	}
	l.run([]string{strings.Replace(pet(1, 1, 2, "x"), `"x"`, "7", 1)})
	if diff := cmp.Diff([]string{"1 7"}, l.query("SELECT id, name FROM FILES")); diff != "" {
		t.Error(diff)
	}
}

func TestAManifestOfALaterFormatIsRefused(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	path := filepath.Join(l.Path, manifestName)
	if err := os.WriteFile(path, []byte(`{"Format":3,"Tables":"somewhere else"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	l.refuses(path, "has format 3")
}

func TestALakeIsOpenOnceAtATime(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	first, err := Open(t.Context(), l.Options)
	if err != nil {
		t.Fatal(err)
	}
	var locked *sink.Locked
	if _, err := Open(t.Context(), l.Options); !errors.As(err, &locked) || !strings.Contains(locked.Holder, "(PID ") {
		t.Errorf("the second: %v", err)
	}
	waits := l.Options
	waits.LockWait = time.Hour
	var holder string
	ctx, cancel := context.WithCancel(t.Context())
	waits.Waiting = func(h string) {
		holder = h
		cancel()
	}
	if _, err := Open(ctx, waits); !errors.Is(err, context.Canceled) || !strings.Contains(holder, "(PID ") {
		t.Errorf("a wait that is broken off: %v, held by %q", err, holder)
	}
	waits.Waiting = func(string) {
		if err := finish(first); err != nil {
			t.Error(err)
		}
	}
	second, err := Open(t.Context(), waits)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

// A disk that takes less than it says must not have the only copy of what waited.
func TestADraftThatIsCutOffIsNotPutIntoItsPlace(t *testing.T) {
	t.Parallel()
	l := twoPets(t)
	draft := filepath.Join(l.Path, "pets", "created_month=2026-01", ".pets.draft")
	l.disk.before = func(operation, path string) error {
		if operation == "sync" && path == draft {
			return os.Truncate(path, 100)
		}
		return nil
	}
	l.refuses(draft, "has 100 bytes", []string{pet(1, 1, 2, "c")})
	l.disk.before = nil
	l.run()
	if diff := cmp.Diff([]string{"1 2026-01 c", "2 2026-02 b"}, l.rows()); diff != "" {
		t.Error(diff)
	}
}
