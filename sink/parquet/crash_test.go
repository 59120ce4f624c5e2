package parquet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/google/go-cmp/cmp"

	"desklake/schema"
)

// crash is a disk of a machine that stops at one operation: what was not synced by then is torn.
type crash struct {
	testing.TB
	mu       sync.Mutex
	at       int // the number of the operation, from 0
	done     int
	unsynced map[string]bool
}

var errCrash = errors.New("the machine has stopped")

func (c *crash) before(operation, path string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done++
	switch {
	case c.done-1 == c.at:
		for file := range c.unsynced {
			if info, err := os.Stat(file); err == nil {
				_ = os.Truncate(file, info.Size()/2)
			}
		}
		return errCrash
	case c.done > c.at:
		return errCrash
	}
	switch operation {
	case "create", "write":
		c.unsynced[path] = true
	case "sync":
		delete(c.unsynced, path)
	case "rename":
		if c.unsynced[path] {
			c.Errorf("operation %d puts %s into its place before it is synced", c.done, path)
		}
	}
	return nil
}

// story is what a sequence of transactions writes, and what is to be there in the end.
var story = struct {
	transactions [][]string
	want         []string
}{
	[][]string{
		{pet(1, 1, 1, "a"), pet(2, 2, 1, "b"), pet(3, 0, 1, "c"), pet(4, 2, 1, "d")},
		{pet(1, 1, 2, "e"), pet(5, 3, 1, "f")},
		{pet(4, 3, 2, "g"), pet(2, 2, 0, "too old")},
		{pet(6, 1, 1, "h")}, {pet(6, 1, 2, "i")}, {pet(6, 1, 3, "j")}, {pet(6, 1, 4, "k")}, {pet(6, 1, 5, "l")},
	},
	[]string{"1 2026-01 e", "2 2026-02 b", "3 __HIVE_DEFAULT_PARTITION__ c", "4 2026-03 g", "5 2026-03 f", "6 2026-01 l"},
}

// rows reads id, partition and name of all pets with Arrow's reader.
func (l *lake) rows() (rows []string) {
	l.Helper()
	files, err := filepath.Glob(filepath.Join(l.Path, "pets", "*", "*.parquet"))
	for _, path := range files {
		record, failed := readArrow(path)
		if err = errors.Join(err, failed); err != nil {
			l.Fatal(err)
		}
		for i := range int(record.NumRows()) {
			_, partition, _ := strings.Cut(filepath.Base(filepath.Dir(path)), "=")
			rows = append(rows, fmt.Sprint(record.Column(0).(*array.Int64).Value(i), " ", partition, " ", record.Column(1).(*array.String).Value(i)))
		}
	}
	slices.Sort(rows)
	return rows
}

// goOn runs the transactions that the checkpoint does not cover yet, as the pipeline would.
func (l *lake) goOn(transactions [][]string) error {
	s, err := Open(l.Context(), l.Options)
	if err != nil {
		return err
	}
	err = s.Prepare(l.Context(), l.tables)
	for err == nil {
		stored, _ := s.Checkpoints(l.Context())
		next := len(stored["pets"].Cursor)
		if next == len(transactions) {
			break
		}
		_, err = l.commit(s, pets, transactions[next]...)
	}
	return errors.Join(err, s.Close())
}

func TestACrashAtAnyOperationLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for stop := 0; ; stop++ {
		l := newLake(t)
		l.mergeRows = 5
		c := &crash{TB: t, at: stop, unsynced: map[string]bool{}}
		l.disk.before = c.before
		err := l.goOn(story.transactions)
		if (err != nil) != (c.done > stop) && stop < c.done {
			t.Fatalf("operation %d: %v", stop, err)
		}
		l.disk.before = nil
		if stop < c.done {
			l.checkReadable(stop)
		}
		if err := l.goOn(story.transactions); err != nil {
			t.Fatalf("after a crash at operation %d: %v", stop, err)
		}
		if diff := cmp.Diff(story.want, l.rows()); diff != "" {
			t.Fatalf("after a crash at operation %d (-want +got):\n%s", stop, diff)
		}
		report, err := Inspect(t.Context(), l.Path)
		if err != nil || len(report.Runs) != 0 || report.Issues != 1 || len(report.Tables) != 1 {
			t.Fatalf("after a crash at operation %d: %+v, %v", stop, report, err)
		}
		s, err := look(l.Path)
		if err == nil {
			err = s.openBooks()
		}
		if n := int64(len(story.transactions)); err != nil || s.issues.rows[0].Count != n || s.loads.rows[0].Requests != n {
			t.Fatalf("after a crash at operation %d: %+v, %+v, %v", stop, s.issues.rows, s.loads.rows, err)
		}
		if stop >= c.done {
			t.Logf("%d operations", c.done)
			return
		}
	}
}

// checkReadable reads what a crash left behind, as others would: whole files, one row a key, unless the crash fell
// between the two files of the row whose month has changed.
func (l *lake) checkReadable(stop int) {
	seen := map[string]bool{}
	for _, row := range l.rows() {
		id, _, _ := strings.Cut(row, " ")
		if seen[id] && id != "4" {
			l.Fatalf("after a crash at operation %d row %s is doubled", stop, id)
		}
		seen[id] = true
	}
}

func TestANewColumnLeavesTheFilesReadableAtEveryMoment(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.run([]string{pet(1, 1, 1, "a"), pet(2, 2, 1, "b"), pet(3, 3, 1, "c"), pet(4, 0, 1, "d")})
	wider := *pets
	wider.Columns = append(slices.Clone(pets.Columns), schema.Column{Name: "legs", Type: schema.Int, Doc: "How many."})
	l.tables = []*schema.Table{&wider, words}
	l.disk.before = func(operation, path string) error {
		if operation == "rename" || operation == "sync folder" {
			for _, union := range []string{"false", "true"} {
				if got := l.query("SELECT count(*) FROM read_parquet(FILES, union_by_name = " + union + ")"); got[0] != "4" && got[0] != "5" {
					t.Errorf("before %s of %s: %s rows", operation, path, got[0])
				}
			}
		}
		return nil
	}
	// In the month that comes first, in the one that comes last, and in one before all others.
	l.run([]string{`{"id":1,"legs":4,"created_at":"2026-01-03T00:00:00Z","updated_at":"2026-11-21T00:00:00Z"}`,
		`{"id":4,"legs":3,"updated_at":"2026-11-21T00:00:00Z"}`,
		`{"id":5,"legs":2,"created_at":"2025-01-03T00:00:00Z","updated_at":"2026-11-21T00:00:00Z"}`})
	for _, union := range []string{"false", "true"} {
		got := l.query("SELECT id, legs FROM read_parquet(FILES, union_by_name = " + union + ")")
		if diff := cmp.Diff([]string{"1 4", "2 <nil>", "3 <nil>", "4 3", "5 2"}, got); diff != "" {
			t.Errorf("union_by_name = %s (-want +got):\n%s", union, diff)
		}
	}
}
