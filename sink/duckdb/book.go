package duckdb

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"desklake/schema"
	"desklake/state"
)

// checkpointFormat is the version of a checkpoint row. A row of a later one is not read but refused.
const checkpointFormat = 1

// book is what desklake's own tables say, beside what is really there.
type book struct {
	own, source map[string]tableColumns // the tables that the file has: desklake's own, the source's
	tables      map[string]known
	checkpoints map[string]state.Checkpoint
}

// older tells whether an earlier version of desklake made the file, and this one has not completed it yet.
func (b book) older() bool { return b.own["loads"] != nil && b.own["tables"] == nil }

// readBook reads the book. What a file of an earlier version does not have is taken from its loads.
func (s *Sink) readBook(ctx context.Context) (b book, err error) {
	b.checkpoints = map[string]state.Checkpoint{}
	if b.source, err = s.columns(ctx, catalog, "main"); err != nil {
		return b, err
	}
	if b.own, err = s.columns(ctx, catalog, "desklake"); err != nil || b.own["checkpoints"] == nil {
		return b, err
	}
	if b.tables, err = s.knownTables(ctx, catalog, b.own); err != nil {
		return b, err
	}
	added := ""
	for _, c := range []struct{ name, kind string }{{"account", "VARCHAR"}, {"start", "TIMESTAMPTZ"}, {"complete_at", "TIMESTAMPTZ"}, {"reader", "VARCHAR"}} {
		if _, there := b.own["checkpoints"][c.name]; there {
			added += ", " + c.name
		} else {
			added += ", NULL::" + c.kind
		}
	}
	err = s.own.query(ctx, "SELECT stream, cursor, high_water, array_to_string(tables, ','), run_id, saved_at, format"+added+" FROM "+ours+"checkpoints", nil,
		func(v []any) error {
			if format := number(v[6]); format > checkpointFormat {
				return &PathError{s.path, fmt.Sprintf("was written by a newer version of desklake (format %d, this version knows %d)", format, checkpointFormat),
					"Use the version that wrote it, or a later one."}
			}
			stream := text(v[0])
			b.checkpoints[stream] = state.Checkpoint{Stream: stream, Cursor: text(v[1]), HighWater: instant(v[2]), Tables: words(v[3]), RunID: text(v[4]),
				SavedAt: instant(v[5]), Account: text(v[7]), Start: instant(v[8]), CompleteAt: instant(v[9]), Reader: text(v[10])}
			return nil
		})
	if err == nil && b.older() {
		err = s.adopt(ctx, b)
	}
	for stream, c := range b.checkpoints {
		if err == nil {
			b.checkpoints[stream], err = s.withoutLost(ctx, b, c)
		}
	}
	return b, err
}

// adopt gives the checkpoints of an earlier version the time at which their streams were last read to their ends, and the
// lists, which had none, checkpoints.
func (s *Sink) adopt(ctx context.Context, b book) error {
	if _, there := b.own["loads"]["outcome"]; !there {
		return nil
	}
	return s.own.query(ctx, `SELECT stream, max(committed_at), arg_max(run_id, committed_at), string_agg(DISTINCT table_name, ',' ORDER BY table_name)
		FROM `+ours+`loads WHERE outcome = 'complete' GROUP BY stream`, nil, func(v []any) error {
		stream, at := text(v[0]), instant(v[1])
		c, there := b.checkpoints[stream]
		if !there {
			c = state.Checkpoint{Stream: stream, Tables: words(v[3]), RunID: text(v[2]), SavedAt: at}
		}
		c.CompleteAt = at
		b.checkpoints[stream] = c
		return nil
	})
}

// withoutLost takes the tables that are lost out of a checkpoint's tables.
func (s *Sink) withoutLost(ctx context.Context, b book, c state.Checkpoint) (state.Checkpoint, error) {
	var left []string
	for _, table := range c.Tables {
		k := b.tables[table]
		k.table = table
		lost, err := s.isLost(ctx, k, b.source[table])
		switch {
		case err != nil:
			return c, err
		case lost:
			c.Lost = append(c.Lost, table)
		default:
			left = append(left, table)
		}
	}
	c.Tables = left
	return c, nil
}

// Checkpoints returns the stored checkpoints by stream.
func (s *Sink) Checkpoints(ctx context.Context) (map[string]state.Checkpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.readBook(ctx)
	return b.checkpoints, explain(s.path, err)
}

// DeleteCheckpoint forgets a stream's checkpoint.
func (s *Sink) DeleteCheckpoint(ctx context.Context, stream string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.own.exec(ctx, "DELETE FROM "+ours+"checkpoints WHERE stream = $1", stream)
	return explain(s.path, err)
}

func saveCheckpoint(ctx context.Context, c *conn, p state.Checkpoint) error {
	if _, err := c.exec(ctx, "DELETE FROM "+ours+"checkpoints WHERE stream = $1", p.Stream); err != nil {
		return err
	}
	return c.insert(ctx, "checkpoints", "stream, cursor, high_water, tables, run_id, saved_at, format, account, start, complete_at, reader",
		p.Stream, p.Cursor, p.HighWater, p.Tables, p.RunID, p.SavedAt, checkpointFormat, orNull(p.Account), p.Start, p.CompleteAt, orNull(p.Reader))
}

// remember stores what is known of the tables, which fit by now, and that those that are lost are to be read again: then
// they are no more than tables without rows. It needs a transaction around it.
func (s *Sink) remember(ctx context.Context, b book, tables []*schema.Table) error {
	prepared := map[string]bool{}
	for _, t := range tables {
		prepared[t.Name] = true
	}
	for _, stream := range slices.Sorted(maps.Keys(b.checkpoints)) {
		c := b.checkpoints[stream]
		again := slices.ContainsFunc(c.Lost, func(table string) bool { return prepared[table] })
		if !again && !b.older() {
			continue
		}
		for _, table := range c.Lost {
			if !prepared[table] {
				c.Tables = append(c.Tables, table)
			}
		}
		slices.Sort(c.Tables)
		if err := saveCheckpoint(ctx, s.own, c); err != nil {
			return fmt.Errorf("checkpoint of %s: %w", stream, err)
		}
	}
	for _, t := range tables {
		if err := s.rememberTable(ctx, b, t); err != nil {
			return fmt.Errorf("%s: what is known of it: %w", t.Name, err)
		}
		delete(b.tables, t.Name)
	}
	if b.older() {
		for _, k := range b.tables {
			if err := s.own.insertKnown(ctx, k); err != nil {
				return fmt.Errorf("%s: what is known of it: %w", k.table, err)
			}
		}
	}
	return nil
}

func (s *Sink) rememberTable(ctx context.Context, b book, t *schema.Table) error {
	was, there := b.tables[t.Name]
	now := was
	now.table, now.columns = t.Name, columnNames(t)
	for _, c := range was.columns {
		if _, present := b.source[t.Name][c]; present && !slices.Contains(now.columns, c) {
			now.columns = append(now.columns, c)
		}
	}
	if was.inserted > 0 {
		some, err := s.hasRows(ctx, t.Name)
		if err != nil {
			return err
		}
		if !some {
			now.inserted, now.changed = 0, 0
		}
	}
	if there && !b.older() && slices.Equal(now.columns, was.columns) && now.inserted == was.inserted {
		return nil
	}
	if _, err := s.own.exec(ctx, "DELETE FROM "+ours+"tables WHERE table_name = $1", t.Name); err != nil {
		return err
	}
	return s.own.insertKnown(ctx, now)
}
