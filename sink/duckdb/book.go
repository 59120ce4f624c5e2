package duckdb

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
	"desklake/state"
)

// The versions of a checkpoint's row. A version of desklake that knows no more than the first would take the checkpoints of
// several sources for those of one, and refuses the second. A row of a later one is not read but refused.
const (
	checkpointOfOnlySource = 1
	checkpointOfOneOfMany  = 2
	checkpointFormat       = checkpointOfOneOfMany
)

// books is what desklake's own tables say of the source, beside what is really there.
type books struct {
	own, source map[string]tableColumns // the tables that the file has: desklake's own, the source's
	tables      map[string]known
	checkpoints map[string]state.Checkpoint
	noticed     map[string]bool // streams of whose tables one is lost since its checkpoint was stored
}

// older tells whether an earlier version of desklake made the file, and this one has not completed it yet.
func (b books) older() bool { return b.own["loads"] != nil && b.own["tables"] == nil }

// isLost reports that a table is lost, as a checkpoint says.
func (b books) isLost(table string) bool {
	for stream := range b.noticed {
		if _, lost := b.checkpoints[stream].Lost[table]; lost {
			return true
		}
	}
	return false
}

// readBooks reads the books of a file with this layout. What a file of an earlier version does not have is taken from its loads.
func (s *Sink) readBooks(ctx context.Context, there layout) (b books, err error) {
	b.checkpoints, b.noticed = map[string]state.Checkpoint{}, map[string]bool{}
	b.source, b.own = there[s.options.schema()], there[ownSchema]
	if b.own["checkpoints"] == nil {
		return b, nil
	}
	all, err := s.readKnown(ctx, catalog, there)
	if err != nil {
		return b, err
	}
	b.tables = map[string]known{}
	for _, k := range all {
		if k.source == s.options.Source {
			b.tables[k.table] = k
		}
	}
	err = selectRows(ctx, s.own, book.Checkpoints, "SELECT * FROM "+ours+"checkpoints", nil, func(c *book.Checkpoint) error {
		if c.Format > checkpointFormat {
			return sink.Refused(s.path, fmt.Sprintf("was written by a newer version of desklake (format %d, this version knows %d)", c.Format, checkpointFormat),
				"Use the version that wrote it, or a later one.")
		}
		if c.Source == s.options.Source {
			b.checkpoints[c.Stream] = c.Checkpoint
		}
		return nil
	})
	if err == nil && b.older() {
		err = s.adopt(ctx, b)
	}
	for stream, c := range b.checkpoints {
		if err == nil {
			b.checkpoints[stream], err = s.withoutLost(ctx, b, c)
			b.noticed[stream] = len(b.checkpoints[stream].Tables) < len(c.Tables)
		}
	}
	return b, err
}

// adopt gives the checkpoints of an earlier version the time at which their streams were last read to their ends, and the
// lists, which had none, checkpoints.
func (s *Sink) adopt(ctx context.Context, b books) error {
	if _, there := b.own["loads"]["outcome"]; !there || s.options.Source != "" {
		return nil
	}
	return s.own.query(ctx, `SELECT stream, max(committed_at), arg_max(run_id, committed_at), list(DISTINCT table_name ORDER BY table_name)
		FROM `+ours+`loads WHERE outcome = 'complete' GROUP BY stream`, nil, func(v []any) error {
		stream, at := text(v[0]), instant(v[1])
		c, there := b.checkpoints[stream]
		if !there {
			tables, _ := v[3].([]string)
			c = state.Checkpoint{Stream: stream, Tables: tables, RunID: text(v[2]), SavedAt: at}
		}
		c.CompleteAt = at
		b.checkpoints[stream] = c
		return nil
	})
}

// withoutLost takes the tables that are lost out of a checkpoint's tables.
func (s *Sink) withoutLost(ctx context.Context, b books, c state.Checkpoint) (state.Checkpoint, error) {
	return c.WithoutLost(func(table string) (bool, int64, error) {
		k := b.tables[table]
		k.table = table
		lost, err := s.isLost(ctx, k, b.source[table])
		return lost, k.live, err
	})
}

// Checkpoints returns the stored checkpoints by stream.
func (s *Sink) Checkpoints(ctx context.Context) (map[string]state.Checkpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	there, err := s.layoutOf(ctx, catalog)
	if err != nil {
		return nil, explain(s.path, err)
	}
	b, err := s.readBooks(ctx, there)
	return b.checkpoints, explain(s.path, err)
}

// DeleteCheckpoint forgets a stream's checkpoint.
func (s *Sink) DeleteCheckpoint(ctx context.Context, stream string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	there, err := s.layoutOf(ctx, catalog)
	if err == nil {
		_, err = s.own.exec(ctx, "DELETE FROM "+ours+"checkpoints WHERE "+s.mineIn(there[ownSchema]["checkpoints"])+" AND stream = $1", stream)
	}
	return explain(s.path, err)
}

func (s *Sink) saveCheckpoint(ctx context.Context, c *conn, p state.Checkpoint) error {
	if _, err := c.exec(ctx, "DELETE FROM "+ours+"checkpoints WHERE "+s.mine()+" AND stream = $1", p.Stream); err != nil {
		return err
	}
	row := book.Checkpoint{Source: s.options.Source, Format: checkpointOfOnlySource, Checkpoint: p}
	if row.Source != "" {
		row.Format = checkpointOfOneOfMany
	}
	return insertRow(ctx, c, book.Checkpoints, &row)
}

// remember stores what is known of the tables, which fit by now, and that those that are lost are to be read again: then
// they are no more than tables without rows. It needs a transaction around it.
func (s *Sink) remember(ctx context.Context, b books, tables []*schema.Table) error {
	for _, stream := range slices.Sorted(maps.Keys(b.checkpoints)) {
		if !b.noticed[stream] && !b.older() {
			continue
		}
		if err := s.saveCheckpoint(ctx, s.own, b.checkpoints[stream]); err != nil {
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
			if err := insertRow(ctx, s.own, knownTables, &k); err != nil {
				return fmt.Errorf("%s: what is known of it: %w", k.table, err)
			}
		}
	}
	return nil
}

func (s *Sink) rememberTable(ctx context.Context, b books, t *schema.Table) error {
	was, there := b.tables[t.Name]
	now := was
	now.source, now.table, now.columns = s.options.Source, t.Name, columnNames(t)
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
	if was.uncounted || now.live == 0 || now.inserted == 0 || b.isLost(t.Name) { // it may not be what was counted
		var err error
		if now.live, err = s.countLive(ctx, t.Name); err != nil {
			return err
		}
	}
	if there && !was.uncounted && slices.Equal(now.columns, was.columns) && now.inserted == was.inserted && now.live == was.live {
		return nil
	}
	if _, err := s.own.exec(ctx, "DELETE FROM "+ours+"tables WHERE "+s.mine()+" AND table_name = $1", t.Name); err != nil {
		return err
	}
	return insertRow(ctx, s.own, knownTables, &now)
}
