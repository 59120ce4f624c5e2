package duckdb

import (
	"context"
	"time"

	"desklake/sink"
	"desklake/sink/book"
)

// SaveRun stores a run's row. Where an error of DuckDB broke the open instance, the file is opened anew before.
func (s *Sink) SaveRun(ctx context.Context, r sink.Run) error {
	if err := s.heal(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inTransaction(ctx, func() error {
		if _, err := s.own.exec(ctx, "DELETE FROM "+ours+"runs WHERE run_id = $1", r.ID); err != nil {
			return err
		}
		if r.Status == sink.Running {
			if _, err := s.own.exec(ctx, "UPDATE "+ours+"runs SET status = $1 WHERE status = $2 AND "+s.mine(),
				string(sink.Killed), string(sink.Running)); err != nil {
				return err
			}
		}
		return insertRow(ctx, s.own, book.Runs, &book.Run{Source: s.options.Source, Run: r})
	})
}

// Forget deletes old runs, with their loads, and old issues. Most runs have nothing to forget, which the zone maps know.
func (s *Sink) Forget(ctx context.Context, before time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	runs, issues := "runs WHERE started_at < $1 AND "+s.mine(), "issues WHERE last_seen < $1 AND "+s.mine()
	old, err := s.own.queryInt(ctx, "SELECT (SELECT count(*) FROM "+ours+runs+") + (SELECT count(*) FROM "+ours+issues+")", before)
	if err != nil || old == 0 {
		return explain(s.path, err)
	}
	return s.inTransaction(ctx, func() error {
		for _, sql := range []string{
			"DELETE FROM " + ours + "loads WHERE run_id IN (SELECT run_id FROM " + ours + runs + ")",
			"DELETE FROM " + ours + runs,
			"DELETE FROM " + ours + issues,
		} {
			if _, err := s.own.exec(ctx, sql, before); err != nil {
				return err
			}
		}
		return nil
	})
}
