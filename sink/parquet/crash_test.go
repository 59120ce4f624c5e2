package parquet

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
)

// crash is a disk of a machine that stops at one operation: what was not synced by then is torn. Names in folders that
// were not synced would be lost, so that nothing may rely on them.
type crash struct {
	testing.TB
	lake     string
	mu       sync.Mutex
	at       int // the number of the operation, from 0; -1 for none
	done     int
	unsynced map[string]bool
	loose    map[string]bool // folders with new names
}

func newCrash(t *testing.T, l *lake, at int) *crash {
	return &crash{TB: t, lake: l.Path, at: at, unsynced: map[string]bool{}, loose: map[string]bool{}}
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
	case c.at >= 0 && c.done > c.at:
		return errCrash
	}
	c.names(operation, path)
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

// names wants that names are durable before the manifest tells of them, and before files are removed that they replace.
func (c *crash) names(operation, path string) {
	base := strings.TrimSuffix(filepath.Base(path), ".parquet")
	if len(c.loose) > 0 && (operation == "remove" || operation == "rename" && base == filepath.Base(manifestName)) {
		c.Errorf("operation %d, %s %s, relies on names in %v", c.done, operation, path, c.loose)
	}
	isDraft := strings.HasSuffix(path, ".draft")
	switch {
	case operation == "sync folder":
		delete(c.loose, path)
	case operation == "make folder", operation == "create" && filepath.Base(filepath.Dir(path)) != filepath.Base(drafts) && !isDraft:
		c.loose[filepath.Dir(path)] = true
	case operation != "rename":
	case base == filepath.Base(manifestName):
		c.loose[filepath.Join(c.lake, own)] = true
	case filepath.Dir(path) != filepath.Join(c.lake, drafts): // which gets another name there
		c.loose[filepath.Dir(path)] = true
	default:
		book, _, _ := strings.Cut(base, "-")
		c.loose[filepath.Join(c.lake, own, book)] = true
	}
}

// stops is how far the operations are apart at which these tests stop. Each run takes others.
func stops() (first, stride int) {
	stride = 2
	if raced {
		stride = 10
	}
	return rand.IntN(stride), stride
}

func TestACrashAtAnyOperationLosesAndDoublesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it crashes at one operation after the other, which takes long under the race detector")
	}
	t.Parallel()
	for stop, stride := stops(); ; stop += stride {
		l := newLake(t)
		l.mergeRows, l.manyWaiting = 6, 1
		c := newCrash(t, l, stop)
		l.disk.before = c.before
		_ = l.goOn() // the last operations only tidy up
		l.disk.before = nil
		newWatcher(l).look()
		if err := l.goOn(); err != nil {
			t.Fatalf("after a crash at operation %d: %v", stop, err)
		}
		l.hasStory(stop)
		if stop >= c.done {
			t.Logf("%d operations", c.done)
			return
		}
	}
}

// hasStory looks whether everything is there once that was told, and counted once.
func (l *lake) hasStory(stop int) {
	l.Helper()
	if diff := cmp.Diff(story.want, l.rows()); diff != "" {
		l.Fatalf("after a crash at operation %d (-want +got):\n%s", stop, diff)
	}
	if diff := cmp.Diff(story.words, l.wordRows()); diff != "" {
		l.Fatalf("after a crash at operation %d (-want +got):\n%s", stop, diff)
	}
	s, err := look(l.Options)
	if err == nil {
		s.openBooks()
		err = errors.Join(s.issues.load(s.path), s.loads.load(s.path))
	}
	if err != nil {
		l.Fatal(err)
	}
	n := int64(len(story.transactions))
	if len(s.issues.tables) != 1 || len(s.issues.tables["pets"]) != 1 || s.issues.tables["pets"][0].Count != n || len(s.loads.rows) != 1 || s.loads.rows[0].Requests != n {
		l.Fatalf("after a crash at operation %d: %+v, %+v", stop, s.issues.tables, s.loads.rows)
	}
}

func TestACrashWhileColumnsAreAddedLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it crashes at one operation after the other, which takes long under the race detector")
	}
	t.Parallel()
	for stop, stride := stops(); ; stop += stride {
		l := fourPets(t)
		l.tables = []*schema.Table{widerPets(), words}
		c := newCrash(t, l, stop)
		l.disk.before = c.before
		_ = l.tryRun([]string{petWithLegs(1, 1, 4)})
		l.disk.before = nil
		l.run([]string{petWithLegs(1, 1, 4)})
		if diff := cmp.Diff([]string{"1 4", "2 <nil>", "3 <nil>", "4 <nil>"}, l.query("SELECT id, legs FROM read_parquet(FILES)")); diff != "" {
			t.Fatalf("after a crash at operation %d (-want +got):\n%s", stop, diff)
		}
		if stop >= c.done {
			return
		}
	}
}

// A run that was killed behind the manifest's rename has not made that durable. What the manifest before named goes behind
// that only.
func TestWhatAKilledRunReplacedIsRemovedBehindItsManifest(t *testing.T) {
	t.Parallel()
	l := fourPets(t)
	left := filepath.Join(l.Path, waiting, "pets", "pets-00000001-1.all.parquet")
	if err := os.WriteFile(left, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	c := newCrash(t, l, -1)
	c.loose[filepath.Join(l.Path, own)] = true
	l.disk.before = c.before
	l.run()
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there (%v)", err)
	}
}
