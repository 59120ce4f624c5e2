package duckdb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// checkpointFormat is the version of a checkpoint row. A row of a later one is not read but refused.
const checkpointFormat = 1

// createBookkeeping makes desklake's own tables, and columns of them, where they are missing. It needs a transaction around
// it.
func (s *Sink) createBookkeeping(ctx context.Context) error {
	present, err := s.columns(ctx, "desklake")
	if err != nil {
		return err
	}
	for _, t := range sink.Bookkeeping {
		columns, name := present[t.Name], catalog+".desklake."+t.Name
		var sql []string
		if columns == nil {
			sql = append(sql, "CREATE SCHEMA IF NOT EXISTS "+catalog+".desklake", createTable(name, "", t.Columns),
				"COMMENT ON TABLE "+name+" IS "+literal(t.Doc))
		}
		for _, c := range t.Columns {
			if _, there := columns[c.Name]; there {
				continue
			}
			if columns != nil { // an earlier version of desklake made it
				sql = append(sql, "ALTER TABLE "+name+" ADD COLUMN "+quote(c.Name)+" "+sqlType(c))
			}
			sql = append(sql, "COMMENT ON COLUMN "+name+"."+quote(c.Name)+" IS "+literal(c.Doc))
		}
		for _, q := range sql {
			if _, err := s.own.exec(ctx, q); err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
		}
	}
	return nil
}

// Checkpoints returns the stored checkpoints by stream.
func (s *Sink) Checkpoints(ctx context.Context) (map[string]state.Checkpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string]state.Checkpoint{}
	if present, err := s.columns(ctx, "desklake"); err != nil || present["checkpoints"] == nil {
		return found, err
	}
	err := s.own.query(ctx, "SELECT stream, cursor, high_water, array_to_string(tables, ','), run_id, saved_at, format FROM "+catalog+".desklake.checkpoints", nil,
		func(v []any) error {
			c := state.Checkpoint{Stream: v[0].(string), Cursor: text(v[1]), HighWater: instant(v[2]), RunID: text(v[4]), SavedAt: instant(v[5])}
			if f, _ := v[6].(int64); f != checkpointFormat {
				return fmt.Errorf("checkpoint of %s has format %v, this version of desklake knows %d: use the version that wrote it, or a later one", c.Stream, v[6], checkpointFormat)
			}
			if tables := text(v[3]); tables != "" {
				c.Tables = strings.Split(tables, ",")
			}
			found[c.Stream] = c
			return nil
		})
	return found, err
}

// DeleteCheckpoint forgets a stream's checkpoint.
func (s *Sink) DeleteCheckpoint(ctx context.Context, stream string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.own.exec(ctx, "DELETE FROM "+catalog+".desklake.checkpoints WHERE stream = $1", stream)
	return explain(s.path, err)
}

func saveCheckpoint(ctx context.Context, c *conn, p state.Checkpoint) error {
	if _, err := c.exec(ctx, "DELETE FROM "+catalog+".desklake.checkpoints WHERE stream = $1", p.Stream); err != nil {
		return err
	}
	_, err := c.exec(ctx, "INSERT INTO "+catalog+".desklake.checkpoints VALUES ($1, $2, $3, string_split($4, ','), $5, $6, $7)",
		p.Stream, p.Cursor, p.HighWater, strings.Join(p.Tables, ","), p.RunID, p.SavedAt, checkpointFormat)
	return err
}

// saveLoads adds what this transaction did to the run's rows in desklake.loads.
func (t *tx) saveLoads(ctx context.Context, c sink.Commit) error {
	cost := c.Load
	for _, table := range c.Load.Tables {
		var n sink.Counts
		if m, ok := t.merges[table]; ok {
			n = m.counts
		}
		key := []any{t.run, t.stream, table}
		figures := []any{n.Read, n.Inserted, n.Updated, n.Unchanged, n.Deleted, cost.Requests, cost.Retries, cost.Waited.Seconds(), cost.CursorAfter, c.At, string(c.Load.Outcome), c.Load.Error}
		changed, err := t.conn.exec(ctx, `UPDATE `+catalog+`.desklake.loads SET rows_read = rows_read + $4, inserted = inserted + $5,
			updated = updated + $6, unchanged = unchanged + $7, deleted = deleted + $8, requests = requests + $9,
			retries = retries + $10, seconds_waited = seconds_waited + $11, cursor_after = $12, committed_at = $13,
			outcome = nullif($14, ''), error = nullif($15, '')
			WHERE run_id = $1 AND stream = $2 AND table_name = $3`, append(key, figures...)...)
		if err == nil && changed == 0 {
			_, err = t.conn.exec(ctx, `INSERT INTO `+catalog+`.desklake.loads BY POSITION
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $16, $12, $13, nullif($14, ''), nullif($15, ''))`, append(append(key, figures...), cost.CursorBefore)...)
		}
		if err != nil {
			return fmt.Errorf("%s: load: %w", table, err)
		}
		cost = sink.Load{CursorBefore: cost.CursorBefore, CursorAfter: cost.CursorAfter}
	}
	return nil
}

// SaveRun stores a run's row.
func (s *Sink) SaveRun(ctx context.Context, r sink.Run) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inTransaction(ctx, func() error {
		if _, err := s.own.exec(ctx, "DELETE FROM "+catalog+".desklake.runs WHERE run_id = $1", r.ID); err != nil {
			return err
		}
		if r.Status == sink.Running {
			if _, err := s.own.exec(ctx, "UPDATE "+catalog+".desklake.runs SET status = $1 WHERE status = $2",
				string(sink.Killed), string(sink.Running)); err != nil {
				return err
			}
		}
		_, err := s.own.exec(ctx, "INSERT INTO "+catalog+".desklake.runs VALUES ($1, $2, $3, $4, $5, $6, nullif($7, ''))",
			r.ID, r.Started, r.Finished, string(r.Status), r.Trigger, r.Version, r.Error)
		return err
	})
}

// SaveIssues adds issues in a transaction of their own.
func (s *Sink) SaveIssues(ctx context.Context, run string, at time.Time, issues []schema.Issue) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inTransaction(ctx, func() error { return saveIssues(ctx, s.own, run, at, issues) })
}

func saveIssues(ctx context.Context, c *conn, run string, at time.Time, issues []schema.Issue) error {
	for _, i := range issues {
		args := []any{i.Table, i.Key, i.Column, i.Reason, i.Value, max(i.Count, 1), at, run}
		changed, err := c.exec(ctx, `UPDATE `+catalog+`.desklake.issues SET value = $5, count = count + $6, last_seen = $7, run_id = $8
			WHERE table_name = $1 AND key = $2 AND column_name = $3 AND reason = $4`, args...)
		if err == nil && changed == 0 {
			_, err = c.exec(ctx, "INSERT INTO "+catalog+".desklake.issues VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)", args...)
		}
		if err != nil {
			return fmt.Errorf("issue: %w", err)
		}
	}
	return nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func instant(v any) time.Time {
	t, _ := v.(time.Time)
	return t
}
