package parquet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/sink"
)

// pastRun is a run that takes a minute and does one thing.
func (l *lake) pastRun(id string, minute int) error {
	s, err := Open(l.Context(), l.Options)
	if err != nil {
		return err
	}
	run := sink.Run{ID: id, Started: at(minute), Status: sink.Running}
	if err = s.Prepare(l.Context(), l.tables); err == nil {
		err = s.SaveRun(l.Context(), run)
	}
	if err == nil {
		var tx sink.Tx
		if tx, err = s.Begin(l.Context(), id, "pets"); err == nil {
			_, err = tx.Commit(l.Context(), sink.Commit{At: at(minute), Load: sink.Load{Tables: []string{"pets", "words"}, Requests: 1}})
		}
	}
	if err == nil {
		run.Finished, run.Status = at(minute+1), sink.Done
		err = errors.Join(s.Settle(l.Context()), s.SaveRun(l.Context(), run))
	}
	return errors.Join(err, s.Close())
}

// bookFiles are the files of one of desklake's own tables, by name.
func (l *lake) bookFiles(table string) (names []string) {
	l.Helper()
	files, err := os.ReadDir(filepath.Join(l.Path, own, table))
	if err != nil {
		l.Fatal(err)
	}
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}

func TestARunWritesTheLastChapterOfTheHistoryOnly(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.chapterRuns = 3
	var ids []string
	for i := range 10 {
		var touched []string
		l.disk.before = func(operation, path string) error {
			table := filepath.Base(filepath.Dir(path))
			if base := filepath.Base(path); operation == "rename" && (strings.HasPrefix(base, "runs-") || strings.HasPrefix(base, "loads-")) || table == "runs" || table == "loads" {
				touched = append(touched, base)
			}
			return nil
		}
		ids = append(ids, fmt.Sprintf("run-%03d", i))
		if err := l.pastRun(ids[i], i); err != nil {
			t.Fatal(err)
		}
		if last := fmt.Sprintf("-%06d.parquet", i/3+1); slices.ContainsFunc(touched, func(name string) bool { return !strings.HasSuffix(name, last) }) {
			t.Errorf("run %d touches %v", i, touched)
		}
	}
	l.hasHistory(ids...)
	want := []string{"runs-000001.parquet", "runs-000002.parquet", "runs-000003.parquet", "runs-000004.parquet"}
	if diff := cmp.Diff(want, l.bookFiles("runs")); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		look sink.Look
		want []string
	}{
		{sink.Look{Runs: 2, Loads: true}, []string{"run-009", "run-008"}},
		{sink.Look{Runs: 5, Since: at(6)}, []string{"run-009", "run-008", "run-007", "run-006"}},
		{sink.Look{Runs: -1, Prefix: "run-002", Loads: true}, []string{"run-002"}},
		{sink.Look{Runs: 7, Prefix: "run-00", Loads: true}, []string{"run-009", "run-008", "run-007", "run-006", "run-005", "run-004", "run-003"}},
	} {
		r, err := Inspect(t.Context(), l.Options, c.look)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, run := range r.Runs {
			got = append(got, run.ID)
			if want := map[bool]int{true: 2}[c.look.Loads]; len(run.Loads) != want {
				t.Errorf("%+v: %d loads", c.look, len(run.Loads))
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.look, diff)
		}
	}
}

// A look opens the chapters that it needs: what is broken elsewhere is no concern of it.
func TestALookReadsNoMoreOfTheHistoryThanItNeeds(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.chapterRuns = 2
	for i := range 7 {
		if err := l.pastRun(fmt.Sprintf("run-%03d", i), i); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"runs", "loads"} {
		for _, name := range l.bookFiles(table)[:2] {
			if err := os.WriteFile(filepath.Join(l.Path, own, table, name), []byte("no Parquet"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, look := range []sink.Look{{}, {Runs: 3, Loads: true}, {Runs: -1, Since: at(4), Loads: true}, {Runs: -1, Prefix: "run-005", Loads: true}} {
		r, err := Inspect(t.Context(), l.Options, look)
		if err != nil || !r.FirstRunAt.Equal(at(0)) || r.LastRun.ID != "run-006" || len(r.Tables) != 2 {
			t.Errorf("%+v: %+v, %v", look, r, err)
		}
	}
	if _, err := Inspect(t.Context(), l.Options, sink.All); err == nil {
		t.Error("what can't be read is left out")
	}
	if err := l.pastRun("run-007", 7); err != nil {
		t.Error(err)
	}
}

func TestAChapterEndsWhenItIsOld(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	for i, day := range []int{0, 59, 61, 62} {
		if err := l.pastRun(fmt.Sprintf("run-%03d", i), day*24*60); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.bookFiles("loads"); len(got) != 2 {
		t.Errorf("files: %v", got)
	}
	s := l.prepared()
	if err := errors.Join(s.Forget(t.Context(), at(0).Add(60*24*time.Hour)), finish(s)); err != nil {
		t.Fatal(err)
	}
	l.hasHistory("run-002", "run-003")
	if got := append(l.bookFiles("loads"), l.bookFiles("runs")...); len(got) != 2 {
		t.Errorf("files: %v", got)
	}
}

func TestACrashWhileAChapterEndsLosesAndDoublesNoRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it crashes at one operation after the other, which takes long under the race detector")
	}
	t.Parallel()
	stop, stride := stops()
	for ; ; stop += stride {
		l := newLake(t)
		l.chapterRuns = 2
		var done []string
		tryRun := func(i int) {
			id := fmt.Sprintf("run-%03d", i)
			if err := l.pastRun(id, i); err == nil {
				done = append(done, id)
			}
		}
		for i := range 4 {
			tryRun(i)
		}
		c := newCrash(t, l, stop)
		l.disk.before = c.before
		tryRun(4)
		l.disk.before = nil
		if got := l.query("SELECT run_id FROM '" + l.Path + "/_desklake/runs/**/*.parquet' GROUP BY 1 HAVING count(*) > 1"); len(got) > 0 {
			t.Fatalf("after a crash at operation %d: %v are doubled", stop, got)
		}
		for i := 5; i < 8; i++ {
			tryRun(i)
		}
		got := l.query("SELECT run_id FROM '" + l.Path + "/_desklake/runs/**/*.parquet' WHERE status = 'done'")
		if len(done) < 7 || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Fatalf("after a crash at operation %d: %v, done %v", stop, got, done)
		}
		for _, id := range done {
			if !slices.Contains(got, id) {
				t.Fatalf("after a crash at operation %d: %s is lost", stop, id)
			}
		}
		if got := l.query("SELECT run_id, table_name FROM '" + l.Path + "/_desklake/loads/**/*.parquet' GROUP BY ALL HAVING count(*) > 1"); len(got) > 0 {
			t.Fatalf("after a crash at operation %d: loads %v are doubled", stop, got)
		}
		if stop >= c.done {
			return
		}
	}
}
