package duckdb

import (
	"context"
	"fmt"
	"slices"
	"time"

	"desklake/sink"
)

// saveLoads adds what this transaction did to the run's rows in desklake.loads, and to those of its tables in desklake.tables.
func (t *tx) saveLoads(ctx context.Context, c sink.Commit) error {
	cost := c.Load
	for _, table := range c.Load.Tables {
		if err := t.saveLoad(ctx, table, t.counts(table), cost, c.At); err != nil {
			return fmt.Errorf("%s: load: %w", table, err)
		}
		// The stream's cost is counted at its first table.
		cost.Requests, cost.Retries, cost.Waited = 0, 0, 0
	}
	tables := slices.Clone(c.Load.Tables)
	for table := range t.merges {
		if !slices.Contains(tables, table) {
			tables = append(tables, table)
		}
	}
	for _, table := range tables {
		if err := t.saveTable(ctx, table, c); err != nil {
			return fmt.Errorf("%s: what is known of it: %w", table, err)
		}
	}
	return nil
}

func (t *tx) counts(table string) sink.Counts {
	if m, ok := t.merges[table]; ok {
		return m.counts
	}
	return sink.Counts{}
}

func (t *tx) saveLoad(ctx context.Context, table string, n sink.Counts, cost sink.Load, at time.Time) error {
	waited := cost.Waited.Seconds()
	err := t.conn.query(ctx, "DELETE FROM "+ours+`loads WHERE run_id = $1 AND stream = $2 AND table_name = $3
		RETURNING rows_read, inserted, updated, unchanged, deleted, requests, retries, seconds_waited, cursor_before`,
		[]any{t.run, t.stream, table}, func(v []any) error {
			n.Add(sink.Counts{Read: number(v[0]), Inserted: number(v[1]), Updated: number(v[2]), Unchanged: number(v[3]), Deleted: number(v[4])})
			cost.Requests += int(number(v[5]))
			cost.Retries += int(number(v[6]))
			before, _ := v[7].(float64)
			waited += before
			cost.CursorBefore = text(v[8])
			return nil
		})
	if err != nil {
		return err
	}
	return t.conn.insert(ctx, "loads", `run_id, stream, table_name, rows_read, inserted, updated, unchanged, deleted, requests, retries, seconds_waited,
		cursor_before, cursor_after, committed_at, outcome, error`,
		t.run, t.stream, table, n.Read, n.Inserted, n.Updated, n.Unchanged, n.Deleted, cost.Requests, cost.Retries, waited,
		cost.CursorBefore, cost.CursorAfter, at, orNull(string(cost.Outcome)), orNull(cost.Error))
}

// saveTable adds what this transaction did to a table to what is known of it.
func (t *tx) saveTable(ctx context.Context, table string, c sink.Commit) error {
	k := known{table: table}
	err := t.conn.query(ctx, "DELETE FROM "+ours+"tables WHERE table_name = $1 RETURNING "+knownColumns, []any{table}, func(v []any) error {
		k = readKnown(v)
		return nil
	})
	if err != nil {
		return err
	}
	n := t.counts(table)
	k.inserted += n.Inserted
	k.changed += n.Updated + n.Deleted
	if n.Inserted+n.Updated+n.Deleted > 0 {
		k.changedBy = t.run
	}
	if slices.Contains(c.Load.Tables, table) {
		k.stream, k.run, k.committedAt, k.outcome, k.err = t.stream, t.run, c.At, string(c.Load.Outcome), c.Load.Error
	}
	return t.conn.insertKnown(ctx, k)
}
