package duckdb

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/schema"
	"desklake/sink"
)

// merge brings the batches of one table into its target within one transaction.
//
// The keys of a batch are looked up in the target, which reads a few narrow columns and skips what the zone maps rule
// out. With the versions found there, every row's fate is decided here: in, in the place of another, or not at all.
// Only where the versions are equal are contents compared, in SQL, by row id: such rows were written lately, as a
// rule, and stand close together. So no wide column of the target is ever read from end to end.
type merge struct {
	conn     *conn
	versions *versions
	table    *schema.Table
	key      string // quoted
	target   string
	keys     string // temporary table: each key written, with its batch and its position there
	dead     string // temporary table: row ids of the target to be deleted
	stage    string // temporary table: rows of a batch whose contents are to be compared
	insert   *appender
	seen     *appender
	batch    int64
	counts   sink.Counts
}

func newMerge(ctx context.Context, c *conn, v *versions, t *schema.Table) (*merge, error) {
	m := &merge{conn: c, versions: v, table: t, key: quote(t.Key), target: catalog + ".main." + quote(t.Name),
		keys: t.Name + "_keys", dead: t.Name + "_dead", stage: t.Name + "_stage"}
	_, err := c.exec(ctx, fmt.Sprintf(
		"CREATE OR REPLACE TEMP TABLE %s AS SELECT 0::BIGINT AS batch, 0::BIGINT AS position, %s AS key FROM %s LIMIT 0",
		quote(m.keys), m.key, m.target))
	if err != nil {
		return nil, err
	}
	if m.seen, err = c.newAppender("temp", m.keys, []string{"batch", "position", "key"}); err != nil {
		return nil, err
	}
	if m.insert, err = c.newAppender(catalog, t.Name, columnNames(t)); err != nil {
		m.seen.close()
		return nil, err
	}
	return m, nil
}

func (m *merge) close() {
	m.seen.close()
	m.insert.close()
}

// write merges one batch.
func (m *merge) write(ctx context.Context, batch schema.Batch) error {
	rows := sink.Latest(batch)
	old, err := m.lookUp(ctx, batch.Record, rows)
	if err != nil {
		return fmt.Errorf("look up keys: %w", err)
	}
	plan, err := m.plan(ctx, batch, rows, old)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	if err := m.delete(ctx, plan.dead); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	columns := slices.Clone(batch.Record.Columns())
	if len(plan.deletedAt) > 0 {
		i := m.table.Column(schema.DeletedAt)
		kept := withTimes(columns[i].(*array.Timestamp), plan.deletedAt)
		defer kept.Release()
		columns[i] = kept
	}
	if err := m.insert.appendRows(columns, plan.rows); err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	plan.counts.Read = batch.Rows()
	plan.counts.Unchanged = batch.Rows() - int64(len(plan.rows))
	m.counts.Add(plan.counts)
	return nil
}

// found is what the target has for a key.
type found struct {
	rowID     int64
	version   int64 // microseconds
	hasVer    bool
	extracted int64 // microseconds
	deleted   int64 // microseconds, where isDeleted
	isDeleted bool
}

// lookUp remembers the keys of the rows and returns what the target has for them, by their positions.
func (m *merge) lookUp(ctx context.Context, record arrow.RecordBatch, rows []int32) (map[int32]found, error) {
	m.batch++
	number := int64s(record.NumRows(), func(int64) int64 { return m.batch })
	defer number.Release()
	position := int64s(record.NumRows(), func(i int64) int64 { return i })
	defer position.Release()
	keys := record.Column(m.table.Column(m.table.Key))
	if err := m.seen.appendRows([]arrow.Array{number, position, keys}, rows); err != nil {
		return nil, err
	}
	version := "NULL::BIGINT"
	if m.table.Version != "" {
		version = "epoch_us(t." + quote(m.table.Version) + ")"
	}
	old := map[int32]found{}
	err := m.conn.query(ctx, fmt.Sprintf(
		"SELECT k.position, t.rowid, %s, epoch_us(t.%s), epoch_us(t.%s) FROM %s k JOIN %s t ON t.%s = k.key WHERE k.batch = $1",
		version, quote(schema.ExtractedAt), quote(schema.DeletedAt), quote(m.keys), m.target, m.key), []any{m.batch}, func(v []any) error {
		f := found{rowID: v[1].(int64)}
		f.version, f.hasVer = v[2].(int64)
		f.extracted, _ = v[3].(int64)
		f.deleted, f.isDeleted = v[4].(int64)
		old[int32(v[0].(int64))] = f
		return nil
	})
	return old, err
}

// delete deletes rows of the target by their ids.
func (m *merge) delete(ctx context.Context, rowIDs []int64) error {
	if len(rowIDs) == 0 {
		return nil
	}
	if _, err := m.conn.exec(ctx, "CREATE OR REPLACE TEMP TABLE "+quote(m.dead)+" (id BIGINT)"); err != nil {
		return err
	}
	if err := m.versions.lose(ctx, m.conn, m.table.Name, rowIDs); err != nil {
		return err
	}
	ids := int64s(int64(len(rowIDs)), func(i int64) int64 { return rowIDs[i] })
	defer ids.Release()
	if err := m.conn.fillTable(m.dead, []string{"id"}, []arrow.Array{ids}, positions(len(rowIDs))); err != nil {
		return err
	}
	_, err := m.conn.exec(ctx, "DELETE FROM "+m.target+" WHERE rowid IN (SELECT id FROM "+quote(m.dead)+")")
	return err
}

// missing is the condition that a row t of the target is live and was not written in this transaction.
func (m *merge) missing() string {
	return fmt.Sprintf("t.%s IS NULL AND NOT EXISTS (FROM %s k WHERE k.key = t.%s)", quote(schema.DeletedAt), quote(m.keys), m.key)
}
