package parquet

import (
	"context"
	"errors"
	"time"

	"desklake/schema"
	"desklake/sink"
)

// books are desklake's own tables. That of the checkpoints is for readers only: they stand in the manifest.
type books struct {
	runs      *book[runRow]
	loads     *book[loadRow]
	issues    *book[issueRow]
	booksOpen bool
}

func newBooks() books {
	return books{
		runs:   newBook("runs", func(r *runRow) [4]string { return [4]string{r.ID} }),
		loads:  newBook("loads", func(r *loadRow) [4]string { return [4]string{r.Run, r.Stream, r.Table} }),
		issues: newBook("issues", func(r *issueRow) [4]string { return [4]string{r.Table, r.Key, r.Column, r.Reason} }),
	}
}

// openBooks reads desklake's own tables, once.
func (s *Sink) openBooks() error {
	if s.booksOpen {
		return nil
	}
	err := errors.Join(s.runs.open(s.path, s.manifest.Runs), s.loads.open(s.path, s.manifest.Loads),
		s.issues.open(s.path, s.manifest.Issues))
	s.booksOpen = err == nil
	return err
}

// writeBooks writes desklake's own tables into their files: not what the manifest could not take.
func (s *Sink) writeBooks() error {
	err := s.broken
	if err == nil {
		err = s.openBooks()
	}
	if err == nil {
		err = errors.Join(s.runs.write(s.disk, s.path), s.loads.write(s.disk, s.path), s.issues.write(s.disk, s.path),
			writeRows(s.disk, s.path, "checkpoints", s.manifest.checkpointRows()))
	}
	return explain(s.path, err)
}

func (s *Sink) addIssues(run string, at time.Time, issues []schema.Issue) {
	for _, i := range issues {
		r := issueRow{Table: i.Table, Key: i.Key, Column: i.Column, Reason: i.Reason, First: at.UTC()}
		r, _ = s.issues.get(r)
		r.Value, r.Last, r.Run = i.Value, at.UTC(), run
		r.Count += max(i.Count, 1)
		s.issues.put(r)
	}
}

// addLoads adds what a transaction did to the run's rows.
func (s *Sink) addLoads(t *tx, c sink.Commit, changes map[string]*change) {
	cost := c.Load
	for _, table := range c.Load.Tables {
		r, _ := s.loads.get(loadRow{Run: t.run, Stream: t.stream, Table: table, CursorBefore: cost.CursorBefore})
		var n sink.Counts
		if changes[table] != nil {
			n = changes[table].counts
		}
		r.Read += n.Read
		r.Inserted += n.Inserted
		r.Updated += n.Updated
		r.Unchanged += n.Unchanged
		r.Deleted += n.Deleted
		r.Requests += int64(cost.Requests)
		r.Retries += int64(cost.Retries)
		r.Waited += cost.Waited.Seconds()
		r.CursorAfter, r.Committed = cost.CursorAfter, c.At.UTC()
		r.Outcome, r.Error = string(c.Load.Outcome), c.Load.Error
		s.loads.put(r)
		cost = sink.Load{CursorBefore: cost.CursorBefore, CursorAfter: cost.CursorAfter}
	}
}

// SaveRun stores a run's row.
func (s *Sink) SaveRun(_ context.Context, r sink.Run) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.openBooks(); err != nil {
		return err
	}
	row := runRow{ID: r.ID, Started: r.Started.UTC(), Status: string(r.Status), Trigger: r.Trigger, Version: r.Version, Account: r.Account}
	if !r.Finished.IsZero() {
		row.Finished = new(r.Finished.UTC())
	}
	if r.Error != "" {
		row.Error = &r.Error
	}
	if r.Status == sink.Running {
		s.run = r.ID
		for _, other := range s.runs.rows {
			if other.Status == string(sink.Running) && other.ID != r.ID {
				other.Status = string(sink.Killed)
				s.runs.put(other)
			}
		}
	}
	s.runs.put(row)
	return s.update(func(*manifest) {})
}

// Forget deletes old runs, with their loads, and old issues.
func (s *Sink) Forget(context.Context, time.Time) error { return nil }

// blame notes in the row of the run that is under way that its rows could not be put into their place.
func (s *Sink) blame(err error) {
	if r, found := s.runs.get(runRow{ID: s.run}); found && s.openBooks() == nil {
		r.Status = string(sink.Failed)
		r.Error = new(err.Error())
		s.runs.put(r)
	}
}
