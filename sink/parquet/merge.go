package parquet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/parquet-go/parquet-go"
	"golang.org/x/sync/errgroup"

	"desklake/schema"
	"desklake/sink"
)

const (
	// manyRows is how many rows of a table may wait until they are merged in the middle of a run.
	manyRows = 2_000_000
	// manyChanges is how many rows of desklake's own tables the manifest takes until they are written into their files.
	manyChanges = 5 * schema.MaxIssues
	// manyWriters is how many partitions are merged at a time; each holds a row group in memory.
	manyWriters = 2
)

// mergeLarge puts into its place what waits in large amounts. That does not touch what is committed: its error is the
// next transaction's.
func (s *Sink) mergeLarge(ctx context.Context, run string, changes map[string]*change) {
	var failed error
	for name := range changes {
		if failed == nil && s.waitingRows(name) >= s.mergeRows {
			failed = s.merge(ctx, name, run)
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

// merge brings what waits of a table into its partitions. Their new files are all written, and named in the manifest beside
// the old ones, before the first is put into its place, by a rename: readers see the old rows of all partitions, but for a
// moment, or the new ones. What waits is only forgotten when all are there: a crash in between repeats what was done, with
// the same result.
func (s *Sink) merge(ctx context.Context, name, run string) error {
	table, err := s.table(name)
	if err != nil {
		return err
	}
	table = s.files().current(table)
	l := newLayout(name, table)
	grown := false
	for _, p := range table.Partitions {
		grown = grown || p.Name != "" && p.Schema < table.Schema
	}
	// Where the columns have changed, all files are written anew, the last by name first: a reader that takes the columns
	// from the first file never meets one that lacks them. Otherwise partitions that lose rows to another come last.
	loses := func(at month) bool {
		return !grown && slices.ContainsFunc(table.Partitions[at].Waiting, func(f partFile) bool { return f.Removes })
	}
	months := slices.SortedFunc(maps.Keys(table.Partitions), func(a, b month) int {
		return cmp.Or(compareBools(loses(a), loses(b)), cmp.Compare(b, a))
	})
	months = slices.DeleteFunc(months, func(at month) bool { return len(table.Partitions[at].Waiting) == 0 && !grown })
	if len(months) == 0 {
		return nil
	}
	merged, err := s.writeDrafts(ctx, l, table, months, run)
	if err == nil {
		err = s.announce(name, table, merged)
	}
	if err == nil {
		err = s.place(l, months, merged)
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.update(func(m *manifest) { maps.Copy(m.Tables[name].Partitions, merged) }); err != nil {
		return err
	}
	for _, at := range months {
		for _, f := range table.Partitions[at].Waiting {
			s.remove(f.Name)
		}
	}
	return nil
}

// announce names in the manifest what is about to be put into its place: whichever of the two is there is known then.
func (s *Sink) announce(name string, table *tableState, merged map[month]*partition) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.update(func(m *manifest) {
		for at, next := range merged {
			p := *table.Partitions[at]
			p.Next = next
			m.Tables[name].Partitions[at] = &p
		}
	})
}

// writeDrafts writes the new files of partitions.
func (s *Sink) writeDrafts(ctx context.Context, l *layout, table *tableState, months []month, run string) (map[month]*partition, error) {
	var writers errgroup.Group
	writers.SetLimit(manyWriters)
	var mu sync.Mutex
	merged := map[month]*partition{}
	for _, at := range months {
		writers.Go(func() error {
			rows, err := readPart(l, s.files(), at, table.Partitions[at].files())
			var part *partition
			if err == nil {
				part, err = s.writeDraft(l, at, &until{rows, ctx}, run)
			}
			if err != nil {
				return fmt.Errorf("%s: merge %s: %w", l.name, cmp.Or(at.String(), "rows"), explain(s.path, err))
			}
			mu.Lock()
			defer mu.Unlock()
			merged[at] = part
			return nil
		})
	}
	err := writers.Wait()
	if err != nil { // on a full disk they would take the room for what has to be told
		for at := range merged {
			s.remove(draftName(l.name, at))
		}
	}
	return merged, err
}

// until is a source that fails when a context ends.
type until struct {
	source
	ctx context.Context
}

func (u *until) next() (parquet.Row, error) {
	if err := u.ctx.Err(); err != nil {
		return nil, err
	}
	return u.source.next()
}

// writeDraft writes the new file of one partition, durably.
func (s *Sink) writeDraft(l *layout, at month, rows source, run string) (*partition, error) {
	if err := s.disk.makeFolder(filepath.Join(s.path, l.name, at.String())); err != nil {
		return nil, errors.Join(err, rows.close())
	}
	w, err := s.writeFile(l, draftName(l.name, at), run, lasting, rows)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(s.path, w.Name)
	if err := s.disk.sync(path); err != nil {
		return nil, err
	}
	// Some disks on a network tell only here that they took less.
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if info.Size() != w.Bytes {
		return nil, sink.Refused(path, fmt.Sprintf("has %d bytes, desklake wrote %d", info.Size(), w.Bytes), "Look at the disk, and run again.")
	}
	w.Name = partName(l.name, at)
	return &partition{partFile: w.partFile, Schema: l.number, Live: w.live}, nil
}

// place puts new files of partitions into their places, in that order.
func (s *Sink) place(l *layout, months []month, merged map[month]*partition) error {
	step := func(do func(path string, at month) error) error {
		for _, at := range months {
			if err := do(filepath.Join(s.path, merged[at].Name), at); err != nil {
				return fmt.Errorf("%s: put %s into its place: %w", l.name, merged[at].Name, explain(s.path, err))
			}
		}
		return nil
	}
	if err := s.locked(); err != nil {
		return err
	}
	err := step(func(path string, at month) error {
		s.filters.forget(path)
		return s.disk.rename(filepath.Join(s.path, draftName(l.name, at)), path)
	})
	if err != nil {
		return err
	}
	return step(func(path string, _ month) error { return s.disk.syncFolder(filepath.Dir(path)) })
}

// compareBools orders false before true.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// draftName is where the new file of a partition is written: beside its place, as the table's folder may be a link to
// another disk, and by a name that no reader takes for one of the table's.
func draftName(table string, at month) string {
	return filepath.Join(table, at.String(), "."+table+".draft")
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
