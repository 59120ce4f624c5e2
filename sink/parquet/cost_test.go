package parquet

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// A night costs what changed: the files of the other months stay as they are.
func TestOnlyFilesWithChangesAreWritten(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	var all []string
	for m := range 13 {
		all = append(all, pet(m, m, 1, "a"), pet(100+m, m, 1, "b"))
	}
	l.run(all)
	before := l.files()
	l.run([]string{pet(3, 3, 2, "c"), pet(7, 7, 1, "a"), pet(200, 0, 1, "d"), pet(105, 5, 0, "older")})
	var written []string
	for path, now := range l.files() {
		if !os.SameFile(before[path], now) {
			written = append(written, filepath.Base(filepath.Dir(path)))
		}
	}
	slices.Sort(written)
	if want := []string{filepath.Base(filepath.Dir(l.file("2026-03"))), filepath.Base(filepath.Dir(l.file("unknown")))}; len(written) != 2 || written[0] != want[0] {
		t.Errorf("written: %v, want %v", written, want)
	}
}

// files are those of pets.
func (l *lake) files() map[string]os.FileInfo {
	l.Helper()
	found := map[string]os.FileInfo{}
	paths, err := filepath.Glob(filepath.Join(l.Path, "pets", "*", "*.parquet"))
	if err != nil {
		l.Fatal(err)
	}
	for _, path := range paths {
		if found[path], err = os.Stat(path); err != nil {
			l.Fatal(err)
		}
	}
	return found
}

// A merge holds a row group, however many its file has. Not parallel: it looks at the memory of the process.
func TestTheMemoryOfAMergeDoesNotGrowWithItsFile(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	small, large := mergeMemory(t, 2*groupRows), mergeMemory(t, 8*groupRows)
	t.Logf("%d and %d KiB", small>>10, large>>10)
	if large > 2*small { // what was just written is alive or not, as it happens
		t.Errorf("a merge of %d rows needs %d bytes, one of %d rows %d", 8*groupRows, large, 2*groupRows, small)
	}
}

// mergeMemory is the most that is alive while one row of so many is changed.
func mergeMemory(t *testing.T, rows int) (most uint64) {
	l := newLake(t)
	l.tables = l.tables[1:]
	var transactions [][]string
	for first := 0; first < rows; first += 50_000 {
		var records []string
		for i := first; i < min(first+50_000, rows); i++ {
			records = append(records, fmt.Sprintf(`{"word":"word %07d","count":%d}`, i, i))
		}
		transactions = append(transactions, records)
	}
	l.run(transactions...)
	l.disk.before = func(operation, _ string) error {
		if operation == "write" {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		return nil
	}
	l.run([]string{`{"word":"word 0000007","count":1}`})
	if most == 0 {
		t.Fatal("nothing was written")
	}
	return most
}
