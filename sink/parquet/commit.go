package parquet

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/parquet-go/parquet-go"

	"desklake/sink"
)

// update changes the manifest and makes that durable: the commit point. After an error nobody knows what the disk
// holds, so that nothing more can be stored by this process; the next one reads what is there.
func (s *Sink) update(change func(m *manifest)) error {
	if s.broken != nil {
		return s.broken
	}
	m := s.manifest.clone()
	change(m)
	m.Runs, m.Loads, m.Issues = s.runs.changed(), s.loads.changed(), s.issues.changed()
	if err := s.disk.replace(filepath.Join(s.path, manifestName), filepath.Join(s.path, drafts), m.write); err != nil {
		s.broken = fmt.Errorf("store manifest: %w", explain(s.path, err))
		return s.broken
	}
	s.manifest = m
	if len(m.Loads)+len(m.Issues) > manyChanges {
		return s.writeBooks()
	}
	return nil
}

// manyChanges is how many rows of desklake's own tables the manifest takes until they are written into their files.
const manyChanges = 1000

// commit names the files of a transaction in the manifest, and removes those that they replace.
func (s *Sink) commit(t *tx, c sink.Commit, counts map[string]sink.Counts, settled map[string]*settling) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.openBooks(); err != nil {
		return err
	}
	s.addLoads(t.run, t.stream, c, counts)
	s.addIssues(t.run, c.At, c.Issues)
	for name := range settled {
		if err := s.disk.syncFolder(filepath.Join(s.path, waiting, name)); err != nil {
			return err
		}
	}
	before := s.manifest
	err := s.update(func(m *manifest) {
		m.Commits[t.stream]++
		if c.Checkpoint.Stream != "" {
			m.Checkpoints[c.Checkpoint.Stream] = c.Checkpoint
		}
		for name, table := range settled {
			for at := range table.view.parts {
				part := m.Tables[name].part(at)
				part.Waiting = table.view.waiting(at)
			}
		}
	})
	if err != nil {
		return err
	}
	for name, table := range settled {
		named := map[string]bool{}
		for at := range table.view.parts {
			for _, f := range table.view.waiting(at) {
				named[f.Name] = true
			}
			for _, f := range before.Tables[name].part(at).Waiting {
				table.written = append(table.written, f.Name)
			}
		}
		table.written = slices.DeleteFunc(table.written, func(name string) bool { return named[name] })
		table.abandon()
	}
	return nil
}

// part returns a partition of the table, a new one where there is none.
func (t *tableState) part(at month) *partition {
	p := t.Partitions[at]
	if p == nil {
		p = &partition{}
		t.Partitions[at] = p
	}
	return p
}

// manyRows is how many rows of a table may wait until they are merged in the middle of a run.
const manyRows = 2_000_000

// mergeLarge merges the tables of which much waits. That does not touch what is committed: its error is the next
// transaction's.
func (s *Sink) mergeLarge(run string, settled map[string]*settling) {
	for name := range settled {
		rows := int64(0)
		for _, p := range s.table(name).Partitions {
			for _, f := range p.Waiting {
				rows += f.Rows
			}
		}
		if rows < s.mergeRows {
			continue
		}
		if err := s.merge(name, run); err != nil {
			s.mu.Lock()
			s.unmerged = err
			s.mu.Unlock()
		}
	}
}

// merge brings what waits of a table into its partitions, each of which is replaced by one rename. What waits is only
// forgotten when all of them are: a crash in between repeats what was done, with the same result.
//
// Where the columns have changed, all files are written anew, the last by name first: a reader that takes the columns
// from the first file never meets one that lacks them. Otherwise partitions that lose rows to another come last.
func (s *Sink) merge(name, run string) error {
	l, err := s.layout(name)
	if err != nil {
		return err
	}
	table := s.table(name)
	grown := false
	for _, p := range table.Partitions {
		grown = grown || p.Name != "" && p.Schema < table.Schema
	}
	loses := func(at month) int {
		if !grown && slices.ContainsFunc(table.Partitions[at].Waiting, func(f partFile) bool { return f.Removes }) {
			return 1
		}
		return 0
	}
	months := slices.SortedFunc(maps.Keys(table.Partitions), func(a, b month) int {
		return cmp.Or(cmp.Compare(loses(a), loses(b)), -cmp.Compare(a, b))
	})
	merged := map[month]*partition{}
	for _, at := range months {
		if len(table.Partitions[at].Waiting) == 0 && !grown {
			continue
		}
		p, err := s.mergePart(l, at, table.Partitions[at], run)
		if err != nil {
			return fmt.Errorf("%s: merge %s: %w", name, cmp.Or(at.String(), "rows"), explain(s.path, err))
		}
		p.Schema = table.Schema
		merged[at] = p
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

// mergePart writes a partition's file anew.
func (s *Sink) mergePart(l *layout, at month, p *partition, run string) (*partition, error) {
	var names []string
	for _, f := range slices.Backward(p.Waiting) {
		names = append(names, f.Name)
	}
	if p.Name != "" {
		names = append(names, p.Name)
	}
	rows, err := readNewest(l, s.path, names)
	if err != nil {
		return nil, err
	}
	w, err := s.write(l, draftName(l.name), run)
	if err != nil {
		return nil, errors.Join(err, rows.close())
	}
	err = w.copyAll(rows, func(row parquet.Row) bool { return l.monthOf(row) == at })
	if err != nil {
		w.abandon()
		return nil, err
	}
	return s.place(w, partName(l.name, at))
}

// remove removes a file that is not needed any more. What stays behind is removed by the next run.
func (s *Sink) remove(name string) {
	path := filepath.Join(s.path, name)
	s.filters.forget(path)
	_ = s.disk.remove(path)
}

// place finishes a partition's file and puts it into its place.
func (s *Sink) place(w *writing, name string) (*partition, error) {
	if err := w.finish(); err != nil {
		return nil, err
	}
	draft, path := filepath.Join(s.path, w.Name), filepath.Join(s.path, name)
	info, err := os.Stat(draft)
	if err != nil {
		return nil, err
	}
	if err := s.disk.makeFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	w.Name = name
	s.filters.forget(path)
	return &partition{partFile: w.partFile, Live: w.live, Bytes: info.Size()}, s.disk.rename(draft, path)
}

// draftName is where a partition's file is written; one of a table at a time.
func draftName(table string) string { return filepath.Join(drafts, table+".parquet") }

// partName is the one file of a partition.
func partName(table string, at month) string {
	return filepath.Join(table, at.String(), table+".parquet")
}
