package parquet

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"desklake/sink"
	"desklake/sink/book"
	"desklake/state"
)

// carryOver brings a lake of an earlier version to this one's layout. What it does to files can be broken off anywhere and
// repeated; the manifest says at last that it is done.
func (s *Sink) carryOver() error {
	m := s.manifest
	if m.Format == manifestFormat && !slices.ContainsFunc(m.Chapters, chapter.isOld) {
		return nil
	}
	if m.Format < manifestFormat {
		if err := s.nameUnknownMonths(); err != nil {
			return err
		}
		// Nobody else is at work: what is still under way was killed.
		runs, loads := chapterBooks(0)
		runs.stored, loads.stored = m.Runs, m.Loads
		err := runs.rewrite(s.disk, s.path, func(r *book.Run) {
			if r.Status == sink.Running {
				r.Status = sink.Killed
			}
		})
		if err = errors.Join(err, loads.rewrite(s.disk, s.path, func(*book.Load) {})); err != nil {
			return err
		}
		m.Runs, m.Loads = nil, nil
		if err := m.beginChapters(s.path); err != nil {
			return err
		}
	}
	for i, c := range m.Chapters {
		if c.isOld() {
			if err := s.widen(chapterBooks(c.Number)); err != nil {
				return err
			}
			m.Chapters[i].Columns = bookColumns
		}
	}
	runs, loads := chapterBooks(m.Chapter)
	runs.stored, loads.stored = m.Runs, m.Loads
	if err := s.widen(runs, loads); err != nil {
		return err
	}
	return s.update(func(*manifest) {})
}

// isOld reports that the chapter's files lack columns. Those of all chapters are read together.
func (c chapter) isOld() bool { return c.Columns < bookColumns }

// widen writes the files of a chapter with today's columns.
func (s *Sink) widen(runs *bookFile[book.Run], loads *bookFile[book.Load]) error {
	return errors.Join(runs.rewrite(s.disk, s.path, func(*book.Run) {}), loads.rewrite(s.disk, s.path, func(*book.Load) {}))
}

// nameUnknownMonths renames the folders of rows without a month.
func (s *Sink) nameUnknownMonths() error {
	for name, t := range s.manifest.Tables {
		from, to := filepath.Join(s.path, name, hiveName), filepath.Join(s.path, name, noMonth.String())
		if _, err := os.Stat(from); err == nil {
			if err := s.disk.rename(from, to); errors.Is(err, fs.ErrExist) {
				return sink.Refused(to, "is in the way of "+hiveName+", which is to be called that", "Move it elsewhere.")
			} else if err != nil {
				return err
			}
		}
		if err := s.disk.syncFolder(filepath.Join(s.path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if p := t.Partitions[noMonth]; p != nil && p.Name != "" {
			p.Name = partName(name, noMonth)
		}
	}
	return nil
}

// beginChapters makes a chapter of the history that there is, and fills in what the manifest did not know before.
func (m *manifest) beginChapters(root string) error {
	runs, loads := chapterBooks(0)
	runs.stored, loads.stored = m.Runs, m.Loads
	first := summary(0, nil)
	m.Latest = map[string]latestLoad{}
	complete := map[string]map[string]time.Time{} // by stream and table
	for l, err := range loads.scan(root) {
		if err != nil {
			return err
		}
		if have, known := m.Latest[l.Table]; !known || !l.CommittedAt.Before(have.Load.CommittedAt) {
			m.Latest[l.Table] = latestLoad{Load: l}
		}
		if l.Outcome == sink.Complete {
			if complete[l.Stream] == nil {
				complete[l.Stream] = map[string]time.Time{}
			}
			if at := l.CommittedAt; at.After(complete[l.Stream][l.Table]) {
				complete[l.Stream][l.Table] = at
			}
		}
	}
	for r, err := range runs.scan(root) {
		if err != nil {
			return err
		}
		first.add(r)
		for table, l := range m.Latest {
			if l.Load.RunID == r.ID {
				m.Latest[table] = newLatest(l.Load, r)
			}
		}
	}
	m.setComplete(complete)
	changed := &issues{}
	if err := changed.load(root); err != nil {
		return err
	}
	changed.put(m.Issues)
	m.Issues, m.OldestIssue = changed.changed(), changed.oldest
	m.Chapters, m.Chapter, m.Format = []chapter{first}, 1, manifestFormat
	return nil
}

// setComplete notes in the checkpoints when streams were read to their end, as the loads say. The complete reading of a list
// had no checkpoint.
func (m *manifest) setComplete(complete map[string]map[string]time.Time) {
	for stream, tables := range complete {
		c, stored := m.Checkpoints[stream]
		at := slices.MaxFunc(slices.Collect(maps.Values(tables)), time.Time.Compare)
		if !stored {
			c = state.Checkpoint{Stream: stream, Tables: slices.Sorted(maps.Keys(tables)), SavedAt: at}
		}
		if c.CompleteAt.IsZero() {
			c.CompleteAt = at
		}
		m.Checkpoints[stream] = c
	}
	for name, t := range m.Tables {
		if t.waits() {
			t.Fresh = sink.FreshAt(m.Checkpoints, name)
		}
	}
}
