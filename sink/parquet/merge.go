package parquet

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

const (
	// manyRows is how many rows of a table may wait until they are merged in the middle of a run.
	manyRows = 2_000_000
	// manyChanges is how many rows of desklake's own tables the manifest takes until they are written into their files.
	manyChanges = 1000
	// manyWriters is how many partitions are merged at a time; each holds a row group in memory.
	manyWriters = 2
)

// mergeLarge puts into its place what waits in large amounts. That does not touch what is committed: its error is the
// next transaction's.
func (s *Sink) mergeLarge(run string, changes map[string]*change) {
	var failed error
	for name := range changes {
		if failed == nil && s.waitingRows(name) >= s.mergeRows {
			failed = s.merge(name, run)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if failed == nil && len(s.manifest.Loads)+len(s.manifest.Issues) > manyChanges {
		failed = s.writeBooks()
	}
	if s.unmerged == nil {
		s.unmerged = failed
	}
}

func (s *Sink) waitingRows(name string) (rows int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.manifest.Tables[name].Partitions {
		for _, f := range p.Waiting {
			rows += f.Rows
		}
	}
	return rows
}

// merge brings what waits of a table into its partitions, each of which is replaced by one rename. What waits is only
// forgotten when all of them are: a crash in between repeats what was done, with the same result.
//
// Where the columns have changed, all files are written anew, the last by name first: a reader that takes the columns
// from the first file never meets one that lacks them. Otherwise partitions that lose rows to another come last.
func (s *Sink) merge(name, run string) error {
	table, err := s.table(name)
	if err != nil {
		return err
	}
	l := newLayout(name, table)
	grown := false
	for _, p := range table.Partitions {
		grown = grown || p.Name != "" && p.Schema < table.Schema
	}
	loses := func(at month) bool {
		return slices.ContainsFunc(table.Partitions[at].Waiting, func(f partFile) bool { return f.Removes })
	}
	months := slices.SortedFunc(maps.Keys(table.Partitions), func(a, b month) int {
		if !grown && loses(a) != loses(b) {
			return map[bool]int{true: 1, false: -1}[loses(a)]
		}
		return cmp.Compare(b, a)
	})
	months = slices.DeleteFunc(months, func(at month) bool { return len(table.Partitions[at].Waiting) == 0 && !grown })
	var writers errgroup.Group
	writers.SetLimit(manyWriters)
	if grown || slices.ContainsFunc(months, loses) {
		writers.SetLimit(1)
	}
	var mu sync.Mutex
	merged := map[month]*partition{}
	for _, at := range months {
		writers.Go(func() error {
			rows, err := readPart(l, s.path, at, table.Partitions[at].files())
			if err != nil {
				return s.explainMerge(name, at, err)
			}
			part, err := s.replace(l, at, rows, run)
			mu.Lock()
			defer mu.Unlock()
			merged[at] = part
			return s.explainMerge(name, at, err)
		})
	}
	if err := writers.Wait(); err != nil {
		return err
	}
	if len(merged) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.update(func(m *manifest) { maps.Copy(m.Tables[name].Partitions, merged) }); err != nil {
		return err
	}
	for at := range merged {
		for _, f := range table.Partitions[at].Waiting {
			s.remove(f.Name)
		}
	}
	return nil
}

func (s *Sink) explainMerge(name string, at month, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: merge %s: %w", name, cmp.Or(at.String(), "rows"), explain(s.path, err))
}

// replace writes a partition's file and puts it into its place.
func (s *Sink) replace(l *layout, at month, rows source, run string) (*partition, error) {
	w, err := s.writeFile(l, filepath.Join(drafts, l.name+"."+cmp.Or(at.String(), "all")+".parquet"), run, lasting, rows)
	if err != nil {
		return nil, err
	}
	draft, path := filepath.Join(s.path, w.Name), filepath.Join(s.path, partName(l.name, at))
	w.Name = partName(l.name, at)
	err = s.disk.sync(draft)
	if err == nil {
		err = s.disk.makeFolder(filepath.Dir(path))
	}
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(draft)
	if err != nil {
		return nil, err
	}
	s.filters.forget(path)
	return &partition{partFile: w.partFile, Schema: l.number, Live: w.live, Bytes: info.Size()}, s.disk.rename(draft, path)
}

// partName is the one file of a partition.
func partName(table string, at month) string {
	return filepath.Join(table, at.String(), table+".parquet")
}

// remove removes a file that is not needed any more. What stays behind is removed by the next run.
func (s *Sink) remove(name string) {
	path := filepath.Join(s.path, name)
	s.filters.forget(path)
	_ = s.disk.remove(path)
}
