package parquet

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"time"

	"desklake/sink"
	"desklake/sink/book"
)

// books are desklake's own tables, as far as they are written to. That of the checkpoints is for readers only: they stand in
// the manifest.
type books struct {
	history
	issues    *issues
	booksOpen bool
}

// openBooks begins with what the manifest says of desklake's own tables, once.
func (s *Sink) openBooks() {
	if !s.booksOpen {
		s.books = books{newHistory(s.manifest), newIssues(s.manifest, s.source), true}
	}
}

// keepBooks puts into a manifest what belongs there of desklake's own tables.
func (s *Sink) keepBooks(m *manifest) {
	if s.booksOpen {
		m.Chapters, m.Chapter, m.Latest = s.chapters, s.number, maps.Clone(s.latest)
		m.Runs, m.Loads = s.runs.changed(), s.loads.changed()
		m.Issues, m.OldestIssue = s.issues.changed(), s.issues.oldest
	}
}

// writeBooks writes desklake's own tables into their files: not what the manifest could not take.
func (s *Sink) writeBooks() error {
	if s.broken != nil {
		return s.broken
	}
	s.openBooks()
	err := errors.Join(s.runs.write(s.disk, s.path), s.loads.write(s.disk, s.path), s.issues.write(s.disk, s.path),
		writeRows(s.disk, s.path, book.Checkpoints, ownFile(s.path, "checkpoints", "checkpoints"), allOf(s.checkpointRows())))
	return explain(s.path, err)
}

// addLoads adds what a transaction did to the run's rows.
func (s *Sink) addLoads(t *tx, c sink.Commit, changes map[string]*change) error {
	if len(c.Load.Tables) == 0 {
		return nil
	}
	if err := errors.Join(s.runs.load(s.path), s.loads.load(s.path)); err != nil {
		return err
	}
	for _, table := range c.Load.Tables {
		r, _ := s.loads.get(book.Load{Source: s.source, RunID: t.run,
			LoadReport: sink.LoadReport{Stream: t.stream, Table: table, CursorBefore: c.Load.CursorBefore}})
		var n sink.Counts
		if changes[table] != nil {
			n = changes[table].counts
		}
		r.AddCommit(n, c.Load, c.At.UTC())
		s.putLoad(r)
	}
	return nil
}

// SaveRun stores a run's row.
func (s *Sink) SaveRun(_ context.Context, r sink.Run) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.openBooks()
	if err := s.runs.load(s.path); err != nil {
		return err
	}
	row := book.Run{Source: s.source, Run: r}
	if r.Status == sink.Running {
		s.run = r.ID
		for _, other := range s.runs.rows {
			if other.Status == sink.Running && other.ID != r.ID {
				other.Status = sink.Killed
				s.putRun(other)
			}
		}
		if _, known := s.runs.get(row); !known && s.isLong(s.chapterRuns, row.Started) {
			if err := s.nextChapter(); err != nil {
				return err
			}
		}
	}
	s.putRun(row)
	if r.Status == sink.Running || s.broken != nil {
		return s.update(func(*manifest) {})
	}
	unwritten := explain(s.path, s.runs.write(s.disk, s.path))
	if unwritten != nil {
		row.Status, row.Error = sink.Failed, unwritten.Error()
		s.putRun(row)
	}
	return cmp.Or(s.update(func(*manifest) {}), unwritten)
}

// nextChapter ends the current chapter of the history and begins another, which counts once the manifest says so.
func (s *Sink) nextChapter() error {
	if err := s.writeBooks(); err != nil {
		return err
	}
	s.turn()
	return s.runs.load(s.path)
}

// Forget deletes old runs, with their loads, and old issues.
func (s *Sink) Forget(_ context.Context, before time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.openBooks()
	if !s.hasOlder(before) && !s.issues.isOlder(before) {
		return nil
	}
	if err := errors.Join(s.forgetRuns(s.disk, s.path, before), s.issues.forget(s.path, before)); err != nil {
		return explain(s.path, err)
	}
	return s.update(func(*manifest) {})
}
