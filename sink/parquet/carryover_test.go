package parquet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/sink"
	"desklake/sink/book"
)

// olderLake is a lake of format 1: two runs, of which the second changed pet 1, and a third that was killed behind its
// commits. Its folder of pets without a month has Hive's name; words is a list, which had no checkpoint.
func olderLake(t *testing.T) *lake {
	l := newLake(t)
	if err := os.CopyFS(l.Path, os.DirFS("testdata/format1")); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestALakeOfFormat1IsCarriedOver(t *testing.T) {
	t.Parallel()
	l := olderLake(t)
	want := []sink.TableReport{
		{Name: "pets", Rows: 3, Stream: "pets", LoadedAt: at(21), FreshAt: at(11), LastRunID: "20261120T002000Z-c", LastStatus: sink.Killed},
		{Name: "words", Rows: 1, Stream: "words", LoadedAt: at(21), FreshAt: at(11), LastRunID: "20261120T002000Z-c", LastStatus: sink.Killed},
	}
	check := func(when string) {
		t.Helper()
		r, err := Inspect(t.Context(), l.Options, sink.All)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, r.Tables); diff != "" {
			t.Errorf("%s: tables (-want +got):\n%s", when, diff)
		}
		var got []string
		for _, run := range r.Runs {
			got = append(got, fmt.Sprint(run.ID, " ", run.Status, " ", len(run.Loads)))
		}
		if diff := cmp.Diff([]string{"20261120T002000Z-c killed 2", "20261120T001000Z-b done 2", "20261120T000000Z-a done 2"}, got); diff != "" {
			t.Errorf("%s: runs (-want +got):\n%s", when, diff)
		}
		if !r.FirstRunAt.Equal(at(0)) || r.LastRun.ID != "20261120T002000Z-c" || r.Issues != 2 || r.Latest[0].Count != 3 {
			t.Errorf("%s: %+v", when, r)
		}
		for stream, tables := range map[string]string{"pets": "pets", "words": "words"} {
			if c := r.Checkpoints[stream]; !c.CompleteAt.Equal(at(11)) || len(c.Tables) != 1 || c.Tables[0] != tables {
				t.Errorf("%s: checkpoint of %s: %+v", when, stream, c)
			}
		}
		if c := r.Checkpoints["pets"]; c.Cursor != "behind 20261120T002000Z-c" {
			t.Errorf("%s: checkpoint of pets: %+v", when, c)
		}
	}
	check("before")
	if changes, err := Changes(t.Context(), l.Options, l.tables); err != nil || len(changes) > 0 {
		t.Errorf("changes: %v, %v", changes, err)
	}
	if _, err := os.Stat(filepath.Join(l.Path, "pets", hiveName)); err != nil {
		t.Errorf("looking has moved something: %v", err)
	}
	l.run()
	for i := range want {
		want[i].LastStatus = sink.Killed
	}
	want[0].Rows = 4
	check("after")
	if diff := cmp.Diff([]string{"1 2026-01 d", "2 2026-02 e", "3 unknown c", "4 unknown f"}, l.rows()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(l.Path, "pets", hiveName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder with Hive's name: %v", err)
	}
	l.hasHistory("20261120T000000Z-a", "20261120T001000Z-b", "20261120T002000Z-c")
}

// A lake from before the bookkeeping named sources has the column after its next run, in each file.
func TestALakeWithoutSourcesIsCarriedOver(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.chapterRuns = 2
	var ids []string
	for i := range 5 {
		ids = append(ids, fmt.Sprintf("run-%03d", i))
		if err := l.pastRun(ids[i], i); err != nil {
			t.Fatal(err)
		}
	}
	m, err := readManifest(l.Path)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range m.Chapters {
		takeSource(l, c.Number)
		m.Chapters[i].Columns -= 2
	}
	takeSource(l, m.Chapter)
	narrow(l, book.Issues, ownFile(l.Path, "issues", "issues"))
	if err := (disk{}).replace(filepath.Join(l.Path, manifestName), filepath.Join(l.Path, drafts), m.write); err != nil {
		t.Fatal(err)
	}
	if r, err := Inspect(t.Context(), l.Options, sink.All); err != nil || len(r.Runs) != 5 || len(r.Runs[4].Loads) != 2 {
		t.Errorf("before the next run: %+v, %v", r, err)
	}
	sources := func(table string) {
		t.Helper()
		if got := l.query("SELECT count(source) FROM '" + l.Path + "/_desklake/" + table + "/*.parquet'"); got[0] != "0" {
			t.Errorf("%s: %s rows have a source that nobody named", table, got[0])
		}
	}
	s, err := Open(t.Context(), l.Options)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"runs", "loads"} { // their files are read together, also while the run is under way
		sources(table)
	}
	if err := errors.Join(s.Prepare(t.Context(), l.tables), finish(s)); err != nil {
		t.Fatal(err)
	}
	l.hasHistory(ids...)
	for _, table := range book.Tables {
		sources(table.Name)
	}
}

// takeSource takes the column from the files of a chapter.
func takeSource(l *lake, number int) {
	runs, loads := chapterBooks(number)
	narrow(l, runs.table, runs.path(l.Path))
	narrow(l, loads.table, loads.path(l.Path))
}

func narrow[R any](l *lake, t *book.Table[R], path string) {
	l.Helper()
	older := *t
	older.Columns = slices.DeleteFunc(slices.Clone(t.Columns), func(c book.Column[R]) bool { return c.Name == "source" })
	var rows []R
	for r, err := range readRows(&older, path) {
		if err != nil {
			l.Fatal(err)
		}
		rows = append(rows, r)
	}
	if err := writeRows(disk{}, l.Path, &older, path, allOf(rows)); err != nil {
		l.Fatal(err)
	}
}

// hasHistory wants that readers see each run once, with its two loads.
func (l *lake) hasHistory(runs ...string) {
	l.Helper()
	var want []string
	for _, r := range runs {
		want = append(want, r+" 1 2")
	}
	got := l.query(fmt.Sprintf(`SELECT run_id, count(*), (SELECT count(*) FROM '%[1]s/_desklake/loads/**/*.parquet' l WHERE l.run_id = r.run_id)
		FROM '%[1]s/_desklake/runs/**/*.parquet' r GROUP BY run_id HAVING count(*) = 1`, l.Path))
	if diff := cmp.Diff(want, got); diff != "" {
		l.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestACrashWhileALakeIsCarriedOverLosesAndDoublesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it crashes at one operation after the other, which takes long under the race detector")
	}
	t.Parallel()
	for stop, stride := stops(); ; stop += stride {
		l := olderLake(t)
		c := newCrash(t, l, stop)
		l.disk.before = c.before
		_ = l.tryRun()
		l.disk.before = nil
		newWatcher(l).look()
		l.run([]string{pet(5, 0, 1, "g")})
		if diff := cmp.Diff([]string{"1 2026-01 d", "2 2026-02 e", "3 unknown c", "4 unknown f", "5 unknown g"}, l.rows()); diff != "" {
			t.Fatalf("after a crash at operation %d (-want +got):\n%s", stop, diff)
		}
		l.hasHistory("20261120T000000Z-a", "20261120T001000Z-b", "20261120T002000Z-c")
		got := l.query("SELECT table_name, count FROM '" + l.Path + "/_desklake/issues/*.parquet'")
		if diff := cmp.Diff([]string{"pets 4", "words 3"}, got); diff != "" {
			t.Fatalf("after a crash at operation %d: issues (-want +got):\n%s", stop, diff)
		}
		if stop >= c.done {
			return
		}
	}
}

// What is in the way of the folder's new name is nobody's to overwrite.
func TestAFolderThatIsInTheWayIsNamed(t *testing.T) {
	t.Parallel()
	l := olderLake(t)
	way := filepath.Join(l.Path, "pets", noMonth.String())
	if err := errors.Join(os.Mkdir(way, 0o777), os.WriteFile(filepath.Join(way, "mine"), nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	l.refuses(way, "is in the way")
	if err := os.RemoveAll(way); err != nil {
		t.Fatal(err)
	}
	l.run()
}

// A long history of an earlier version is one chapter; what is asked for of it is found from its end.
func TestALongHistoryOfFormat1IsCarriedOver(t *testing.T) {
	t.Parallel()
	l := olderLake(t)
	var runs []book.Run
	var loads []book.Load
	for i := range 2 * bookRows {
		id := fmt.Sprintf("2025-%06d", i)
		runs = append(runs, book.Run{Run: sink.Run{ID: id, Started: at(i - 1e6), Status: sink.Done, Trigger: "cli", Version: "0.9"}})
		for _, table := range []string{"pets", "words"} {
			loads = append(loads, book.Load{RunID: id, LoadReport: sink.LoadReport{Stream: table, Table: table, Counts: sink.Counts{Read: int64(i)}, CommittedAt: at(i - 1e6), Outcome: sink.Complete}})
		}
	}
	err := os.MkdirAll(filepath.Join(l.Path, drafts), 0o777)
	err = errors.Join(err, writeRows(disk{}, l.Path, book.Runs, ownFile(l.Path, "runs", "runs"), allOf(runs)))
	if err = errors.Join(err, writeRows(disk{}, l.Path, book.Loads, ownFile(l.Path, "loads", "loads"), allOf(loads))); err != nil {
		t.Fatal(err)
	}
	l.run()
	for _, c := range []struct {
		look sink.Look
		want int
		last string
	}{
		{sink.Look{Runs: 3, Loads: true}, 3, runs[len(runs)-2].ID},
		{sink.Look{Runs: bookRows + 2, Loads: true}, bookRows + 2, runs[len(runs)-bookRows-1].ID},
		{sink.Look{Runs: -1, Since: runs[100].Started, Loads: true}, len(runs) - 99, runs[100].ID},
		{sink.Look{Runs: -1, Prefix: "2025-00000", Loads: true}, 10, runs[0].ID},
		{sink.All, len(runs) + 1, runs[0].ID},
	} {
		r, err := Inspect(t.Context(), l.Options, c.look)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Runs) != c.want || r.Runs[c.want-1].ID != c.last || !r.FirstRunAt.Equal(runs[0].Started) || r.LastRun.ID != "20261120T002000Z-c" {
			t.Errorf("%+v: %d runs, the last %s", c.look, len(r.Runs), r.Runs[len(r.Runs)-1].ID)
		}
		if i := slices.IndexFunc(r.Runs, func(r sink.RunReport) bool {
			return len(r.Loads) != 2 || r.ID[:5] == "2025-" && fmt.Sprintf("2025-%06d", r.Loads[1].Read) != r.ID
		}); i >= 0 {
			t.Errorf("%+v: run %+v", c.look, r.Runs[i])
		}
	}
	s := l.prepared()
	if err = errors.Join(s.Forget(t.Context(), at(1).Add(-time.Second)), finish(s)); err != nil {
		t.Fatal(err)
	}
	if got := l.query("SELECT count(*) FROM '" + l.Path + "/_desklake/runs/*.parquet'"); got[0] != fmt.Sprint(len(runs)+1) {
		t.Errorf("a chapter with a run that is not forgotten: %s", got)
	}
	s = l.prepared()
	if err = errors.Join(s.Forget(t.Context(), at(1000)), finish(s)); err != nil {
		t.Fatal(err)
	}
	l.hasHistory()
}
