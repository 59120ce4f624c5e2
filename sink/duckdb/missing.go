package duckdb

import (
	"context"
	"fmt"
	"slices"
	"time"

	"desklake/schema"
)

// localRows is where DuckDB's ids of the rows begin that an open transaction has inserted.
const localRows = 36_028_797_018_960_000

// bits are a set of row ids: a bit for each row of a table is little, however many there are.
type bits []byte

func (b *bits) set(id int64) {
	if at := int(id / 8); at >= len(*b) {
		*b = slices.Grow(*b, at+1-len(*b))[:at+1]
	}
	(*b)[id/8] |= 0x80 >> (id % 8)
}

// missing is the condition that a row is live and was not written in this transaction, with its parameters $1 and $2.
func (m *merge) missing() (condition string, args []any) {
	if len(m.met) == 0 {
		m.met = bits{0}
	}
	return schema.DeletedAt + fmt.Sprintf(` IS NULL AND rowid < %d
		AND (rowid >= $2 OR get_bit($1::BLOB::BIT, least(rowid, $2 - 1)::INTEGER) = 0)`, int64(localRows)), []any{[]byte(m.met), int64(len(m.met)) * 8}
}

// Missing counts what the transaction did not write. A table of which no row was written misses all.
func (t *tx) Missing(ctx context.Context, table *schema.Table) (missing, live int64, err error) {
	m, err := t.merge(table)
	if err != nil {
		return 0, 0, err
	}
	condition, args := m.missing()
	if missing, err = t.conn.queryInt(ctx, "SELECT count(*) FROM "+m.target+" WHERE "+condition, args...); err != nil {
		return 0, 0, fmt.Errorf("%s: count missing rows: %w", table.Name, explain(t.sink.path, err))
	}
	// The sink's own connection sees what was committed before this transaction.
	t.sink.mu.Lock()
	defer t.sink.mu.Unlock()
	live, err = t.sink.own.queryInt(ctx, "SELECT count(*) FROM "+m.target+" WHERE "+schema.DeletedAt+" IS NULL")
	return missing, live, explain(t.sink.path, err)
}

// MarkMissing marks what the transaction did not write as gone.
func (t *tx) MarkMissing(ctx context.Context, table *schema.Table, at time.Time) error {
	m, err := t.merge(table)
	if err != nil {
		return err
	}
	condition, args := m.missing()
	n, err := t.conn.exec(ctx, "UPDATE "+m.target+" SET "+schema.DeletedAt+" = $3, "+schema.RunID+" = $4 WHERE "+condition, append(args, at, t.run)...)
	if err != nil {
		return fmt.Errorf("%s: mark missing rows: %w", table.Name, t.sink.constraints.explain(t.sink.path, err, table.Name))
	}
	m.counts.Deleted += n
	m.live -= n
	return nil
}
