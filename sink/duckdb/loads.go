package duckdb

import (
	"context"
	"fmt"
	"slices"
	"time"

	"desklake/sink"
	"desklake/sink/book"
)

// saveLoads adds what this transaction did to the run's rows in desklake.loads, and to those of its tables in desklake.tables.
func (t *tx) saveLoads(ctx context.Context, c sink.Commit) error {
	for _, table := range c.Load.Tables {
		if err := t.saveLoad(ctx, table, t.counts(table), c.Load, c.At); err != nil {
			return fmt.Errorf("%s: load: %w", table, err)
		}
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
	row := book.Load{Source: t.sink.options.Source, RunID: t.run, LoadReport: sink.LoadReport{Stream: t.stream, Table: table, CursorBefore: cost.CursorBefore}}
	err := selectRows(ctx, t.conn, book.Loads, "DELETE FROM "+ours+"loads WHERE run_id = $1 AND stream = $2 AND table_name = $3 RETURNING *",
		[]any{t.run, t.stream, table}, func(stored *book.Load) error {
			row = *stored
			return nil
		})
	if err != nil {
		return err
	}
	row.AddCommit(n, cost, at)
	return insertRow(ctx, t.conn, book.Loads, &row)
}

// saveTable adds what this transaction did to a table to what is known of it.
func (t *tx) saveTable(ctx context.Context, table string, c sink.Commit) error {
	k := known{source: t.sink.options.Source, table: table}
	err := selectRows(ctx, t.conn, knownTables, "DELETE FROM "+ours+"tables WHERE "+t.sink.mine()+" AND table_name = $1 RETURNING *", []any{table},
		func(stored *known) error {
			k = *stored
			return nil
		})
	if err != nil {
		return err
	}
	n := t.counts(table)
	k.inserted += n.Inserted
	k.changed += n.Updated + n.Deleted
	if m := t.merges[table]; m != nil {
		k.live += m.live
	}
	if n.Inserted+n.Updated+n.Deleted > 0 {
		k.changedBy = t.run
	}
	if slices.Contains(c.Load.Tables, table) {
		k.stream, k.run, k.committedAt, k.outcome, k.err, k.status = t.stream, t.run, c.At, string(c.Load.Outcome), c.Load.Error, ""
	}
	return insertRow(ctx, t.conn, knownTables, &k)
}
