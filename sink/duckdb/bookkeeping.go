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
	present, err := s.columns(ctx, "desklake")
	if err != nil || present["checkpoints"] == nil {
		return found, explain(s.path, err)
	}
	added := ", '', NULL::TIMESTAMPTZ, NULL::TIMESTAMPTZ" // a file of an earlier version has these columns after its next run
	if _, there := present["checkpoints"]["account"]; there {
		added = ", account, start, complete_at"
	}
	err = s.own.query(ctx, "SELECT stream, cursor, high_water, array_to_string(tables, ','), run_id, saved_at, format"+added+" FROM "+catalog+".desklake.checkpoints", nil,
		func(v []any) error {
			c := state.Checkpoint{Stream: v[0].(string), Cursor: text(v[1]), HighWater: instant(v[2]), RunID: text(v[4]), SavedAt: instant(v[5]),
				Account: text(v[7]), Start: instant(v[8]), CompleteAt: instant(v[9])}
			if f, _ := v[6].(int64); f != checkpointFormat {
				return fmt.Errorf("checkpoint of %s has format %v, this version of desklake knows %d: use the version that wrote it, or a later one", c.Stream, v[6], checkpointFormat)
			}
			if tables := text(v[3]); tables != "" {
				c.Tables = strings.Split(tables, ",")
			}
			found[c.Stream] = c
			return nil
		})
	return found, explain(s.path, err)
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
	_, err := c.exec(ctx, "INSERT INTO "+catalog+".desklake.checkpoints VALUES ($1, $2, $3, string_split($4, ','), $5, $6, $7, $8, $9, $10)",
		p.Stream, p.Cursor, p.HighWater, strings.Join(p.Tables, ","), p.RunID, p.SavedAt, checkpointFormat, p.Account, p.Start, p.CompleteAt)
	return err
}

// The rows below are replaced, never updated: many transactions write these tables at once, and DuckDB 1.5 unlinks the
// updates of a transaction that was undone twice, which breaks the chains of updates of the others.

// saveLoads adds what this transaction did to the run's rows in desklake.loads.
func (t *tx) saveLoads(ctx context.Context, c sink.Commit) error {
	cost := c.Load
	for _, table := range c.Load.Tables {
		var n sink.Counts
		if m, ok := t.merges[table]; ok {
			n = m.counts
		}
		if err := t.saveLoad(ctx, table, n, cost, c.At); err != nil {
			return fmt.Errorf("%s: load: %w", table, err)
		}
		// The stream's cost is counted at its first table.
		cost.Requests, cost.Retries, cost.Waited = 0, 0, 0
	}
	return nil
}

func (t *tx) saveLoad(ctx context.Context, table string, n sink.Counts, cost sink.Load, at time.Time) error {
	waited := cost.Waited.Seconds()
	err := t.conn.query(ctx, "DELETE FROM "+catalog+`.desklake.loads WHERE run_id = $1 AND stream = $2 AND table_name = $3
		RETURNING rows_read, inserted, updated, unchanged, deleted, requests, retries, seconds_waited, cursor_before`,
		[]any{t.run, t.stream, table}, func(v []any) error {
			n.Add(sink.Counts{Read: v[0].(int64), Inserted: v[1].(int64), Updated: v[2].(int64), Unchanged: v[3].(int64), Deleted: v[4].(int64)})
			cost.Requests += int(v[5].(int64))
			cost.Retries += int(v[6].(int64))
			waited += v[7].(float64)
			cost.CursorBefore = text(v[8])
			return nil
		})
	if err != nil {
		return err
	}
	_, err = t.conn.exec(ctx, "INSERT INTO "+catalog+`.desklake.loads BY POSITION
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, nullif($15, ''), nullif($16, ''))`,
		t.run, t.stream, table, n.Read, n.Inserted, n.Updated, n.Unchanged, n.Deleted, cost.Requests, cost.Retries, waited,
		cost.CursorBefore, cost.CursorAfter, at, string(cost.Outcome), cost.Error)
	return err
}

// SaveRun stores a run's row. Where an error of DuckDB broke the open instance, the file is opened anew before.
func (s *Sink) SaveRun(ctx context.Context, r sink.Run) error {
	if err := s.heal(ctx); err != nil {
		return err
	}
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
		_, err := s.own.exec(ctx, "INSERT INTO "+catalog+".desklake.runs VALUES ($1, $2, $3, $4, $5, $6, nullif($7, ''), nullif($8, ''))",
			r.ID, r.Started, r.Finished, string(r.Status), r.Trigger, r.Version, r.Error, r.Account)
		return err
	})
}

// Forget deletes old runs, with their loads, and old issues.
func (s *Sink) Forget(ctx context.Context, before time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inTransaction(ctx, func() error {
		for _, sql := range []string{
			"DELETE FROM " + catalog + ".desklake.loads WHERE run_id IN (SELECT run_id FROM " + catalog + ".desklake.runs WHERE started_at < $1)",
			"DELETE FROM " + catalog + ".desklake.runs WHERE started_at < $1",
			"DELETE FROM " + catalog + ".desklake.issues WHERE last_seen < $1",
		} {
			if _, err := s.own.exec(ctx, sql, before); err != nil {
				return err
			}
		}
		return nil
	})
}

func saveIssues(ctx context.Context, c *conn, run string, at time.Time, issues []schema.Issue) error {
	for _, i := range issues {
		count, first := max(i.Count, 1), at
		err := c.query(ctx, "DELETE FROM "+catalog+`.desklake.issues WHERE table_name = $1 AND key = $2 AND column_name = $3 AND reason = $4
			RETURNING count, first_seen`, []any{i.Table, i.Key, i.Column, i.Reason}, func(v []any) error {
			count += v[0].(int64)
			first = instant(v[1])
			return nil
		})
		if err == nil {
			_, err = c.exec(ctx, "INSERT INTO "+catalog+".desklake.issues VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
				i.Table, i.Key, i.Column, i.Reason, i.Value, count, first, at, run)
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
