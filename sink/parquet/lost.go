package parquet

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"desklake/state"
)

// Checkpoints returns the stored checkpoints by stream. A table of which no file is left is lost, and one with a file that is
// missing or harmed if its stream is read whole anyway. Others are not: Prepare tells that, as a copy of those files is better
// than reading everything again.
func (s *Sink) Checkpoints(context.Context) (map[string]state.Checkpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.checkpoints(func(name string, t *tableState) bool {
		return s.isLost(t) || !s.manifest.covered(name) && s.checkFiles(t) != nil
	}), nil
}

// checkpoints are the stored ones, with the tables among Lost that are.
func (s *Sink) checkpoints(isLost func(name string, t *tableState) bool) map[string]state.Checkpoint {
	stored := s.manifest.clone().Checkpoints
	for stream, c := range stored {
		stored[stream], _ = c.WithoutLost(func(name string) (bool, int64, error) {
			t := s.manifest.Tables[name]
			if t == nil || !isLost(name, t) {
				return false, 0, nil
			}
			return true, t.live(), nil
		})
	}
	return stored
}

// isLost reports that a table had rows, and none of its files is there: somebody removed its folder.
func (s *Sink) isLost(t *tableState) bool {
	if t == nil {
		return false
	}
	lost := false
	for _, p := range t.Partitions {
		for _, f := range append([]partFile{p.partFile}, p.Waiting...) {
			if f.Rows == 0 || t.hasRows() && f.Name != p.Name { // what waits counts where nothing was merged yet
				continue
			}
			if !s.isMissing(f.Name) {
				return false
			}
			lost = true
		}
	}
	return lost
}

// hasRows reports that there are rows in the files of partitions.
func (t *tableState) hasRows() bool {
	for _, p := range t.Partitions {
		if p.Rows > 0 {
			return true
		}
	}
	return false
}

// forgetEmpty drops what is known of files without rows that somebody removed, or that are not what desklake wrote: those who
// read the table fail at them, and no run ever does. They are small.
func (s *Sink) forgetEmpty(t *tableState) error {
	for _, p := range t.Partitions {
		if p.Name == "" || p.Rows > 0 || s.checkBase(t, p) == nil && compare(s.files(), p.partFile) == nil {
			continue
		}
		if err := s.setAside(p.Name); err != nil {
			return err
		}
		p.partFile = partFile{}
	}
	return nil
}

func (s *Sink) isMissing(name string) bool {
	_, err := os.Stat(filepath.Join(s.path, name))
	return errors.Is(err, fs.ErrNotExist)
}

// covered reports whether a cursor says that the table holds what is in front of it. Where none does, everything
// is read again anyway.
func (m *manifest) covered(table string) bool {
	for _, c := range m.Checkpoints {
		if c.Cursor != "" && slices.Contains(c.Tables, table) {
			return true
		}
	}
	return false
}

// uncover takes a table that had so many live rows out of all checkpoints: it does not hold what is in front of them any more.
// It reports whether it was in one.
func (m *manifest) uncover(table string, had int64) (was bool) {
	for stream, c := range m.Checkpoints {
		if slices.Contains(c.Tables, table) {
			was = true
			c.Tables = slices.DeleteFunc(slices.Clone(c.Tables), func(have string) bool { return have == table })
			m.Checkpoints[stream] = c.Losing(table, had)
		}
	}
	return was
}

// forgetBroken drops what is known of files that are missing or cut off, and moves what is left of them out of the way.
func (s *Sink) forgetBroken(t *tableState) error {
	for _, p := range t.Partitions {
		if p.Name != "" && s.checkBase(t, p) != nil {
			if err := s.setAside(p.Name); err != nil {
				return err
			}
			p.partFile, p.Live, p.Next = partFile{}, 0, nil
		}
		var whole []partFile
		for _, f := range p.Waiting {
			if s.checkFile(f) == nil {
				whole = append(whole, f)
			} else if err := s.setAside(f.Name); err != nil {
				return err
			}
		}
		p.Waiting = whole
	}
	return nil
}
