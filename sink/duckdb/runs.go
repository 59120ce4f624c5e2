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
		if err := s.keepStatuses(ctx, runs, before); err != nil {
			return err
		}
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

// keepStatuses keeps, of runs that are forgotten next, how those ended that loaded a table last.
func (s *Sink) keepStatuses(ctx context.Context, runs string, before time.Time) error {
	statuses := map[string]string{}
	err := s.own.query(ctx, "SELECT run_id, status FROM "+ours+runs, []any{before}, func(v []any) error {
		statuses[text(v[0])] = text(v[1])
		return nil
	})
	var kept []known
	if err == nil {
		err = selectRows(ctx, s.own, knownTables, "DELETE FROM "+ours+"tables WHERE "+s.mine()+" AND run_id IN (SELECT run_id FROM "+ours+runs+") RETURNING *",
			[]any{before}, func(k *known) error {
				k.status = statuses[k.run]
				kept = append(kept, *k)
				return nil
			})
	}
	for i := range kept {
		if err == nil {
			err = insertRow(ctx, s.own, knownTables, &kept[i])
		}
	}
	return err
}
