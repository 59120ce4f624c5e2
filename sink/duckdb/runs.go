package duckdb

import (
	"context"
	"time"

	"desklake/sink"
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
			if _, err := s.own.exec(ctx, "UPDATE "+ours+"runs SET status = $1 WHERE status = $2",
				string(sink.Killed), string(sink.Running)); err != nil {
				return err
			}
		}
		return s.own.insert(ctx, "runs", "run_id, started_at, finished_at, status, trigger, version, error, account",
			r.ID, r.Started, r.Finished, string(r.Status), r.Trigger, r.Version, orNull(r.Error), orNull(r.Account))
	})
}

// Forget deletes old runs, with their loads, and old issues. Most runs have nothing to forget, which the zone maps know.
func (s *Sink) Forget(ctx context.Context, before time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, err := s.own.queryInt(ctx, "SELECT (SELECT count(*) FROM "+ours+"runs WHERE started_at < $1) + (SELECT count(*) FROM "+ours+"issues WHERE last_seen < $1)", before)
	if err != nil || old == 0 {
		return explain(s.path, err)
	}
	return s.inTransaction(ctx, func() error {
		for _, sql := range []string{
			"DELETE FROM " + ours + "loads WHERE run_id IN (SELECT run_id FROM " + ours + "runs WHERE started_at < $1)",
			"DELETE FROM " + ours + "runs WHERE started_at < $1",
			"DELETE FROM " + ours + "issues WHERE last_seen < $1",
		} {
			if _, err := s.own.exec(ctx, sql, before); err != nil {
				return err
			}
		}
		return nil
	})
}
