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
// Only where the versions are equal are contents compared, with rows that are read by their ids: such rows were written
// lately, as a rule, and stand close together. So no wide column of the target is ever read from end to end.
//
// What a batch needs goes to DuckDB as a parameter and comes back as a result. A temporary table would stay in memory until
// the transaction ends, which can have thousands of batches.
type merge struct {
	conn     *conn
	versions *versions
	table    *schema.Table
	key      string // quoted
	target   string
	insert   *appender
	met      bits // the row ids of the target that were there before the transaction and have a key that it wrote
	counts   sink.Counts
	live     int64 // how many more live rows the target has
}

func newMerge(c *conn, o Options, v *versions, t *schema.Table) (*merge, error) {
	m := &merge{conn: c, versions: v, table: t, key: quote(t.Key), target: o.target(t.Name)}
	var err error
	m.insert, err = c.newAppender(catalog, o.schema(), t.Name, columnNames(t))
	return m, err
}

func (m *merge) close() { m.insert.close() }

// write merges one batch.
func (m *merge) write(ctx context.Context, batch schema.Batch) error {
	rows, deletion := sink.Latest(batch)
	old, err := m.lookUp(ctx, batch.Record, rows)
	if err != nil {
		return fmt.Errorf("look up keys: %w", err)
	}
	plan, err := m.plan(ctx, batch, rows, deletion, old)
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
	m.live += plan.live
	return nil
}

// found is what the target has for a key.
type found struct {
	rowID int64
	age   sink.Age
	gone  *int64 // when that was learnt, in microseconds; nil for a live row
}

// lookUp returns what the target has for the keys of the rows, by their positions, and remembers that it was met.
func (m *merge) lookUp(ctx context.Context, record arrow.RecordBatch, rows []int32) (map[int32]found, error) {
	version, kind := "NULL::BIGINT", m.table.VersionType()
	switch kind {
	case 0:
	case schema.Int:
		version = "t." + quote(m.table.Version)
	default:
		version = "epoch_us(t." + quote(m.table.Version) + ")"
	}
	keys, keyList := keysOf(record.Column(m.table.Column(m.table.Key)), rows)
	old, age := map[int32]found{}, sink.NewAges(kind)
	err := m.conn.query(ctx, fmt.Sprintf(`SELECT k.place, t.rowid, %s, epoch_us(t.%s), epoch_us(t.%s)
		FROM %s t JOIN (SELECT unnest(keys) AS key, generate_subscripts(keys, 1) - 1 AS place FROM (SELECT %s AS keys)) k ON t.%s = k.key`,
		version, quote(schema.ExtractedAt), quote(schema.DeletedAt), m.target, keyList, m.key), []any{keys}, func(v []any) error {
		f := found{rowID: v[1].(int64)}
		var stored *int64
		if n, there := v[2].(int64); there {
			stored = &n
		}
		extracted, _ := v[3].(int64)
		f.age = age(stored, extracted)
		if at, is := v[4].(int64); is {
			f.gone = &at
		}
		old[rows[v[0].(int64)]] = f
		if f.rowID < localRows {
			m.met.set(f.rowID)
		}
		return nil
	})
	return old, err
}

// keysOf are the keys of the rows as the parameter $1, and the list that it is.
func keysOf(column arrow.Array, rows []int32) (keys any, list string) {
	switch column := column.(type) {
	case *array.Int64:
		return pick(rows, column.Value), intList("$1")
	case *array.String:
		return pick(rows, column.Value), "$1::VARCHAR[]"
	}
	panic("duckdb: key is " + column.DataType().String())
}

func pick[T any](rows []int32, value func(int) T) []T {
	picked := make([]T, len(rows))
	for i, row := range rows {
		picked[i] = value(int(row))
	}
	return picked
}

// delete deletes rows of the target by their ids.
func (m *merge) delete(ctx context.Context, rowIDs []int64) error {
	if len(rowIDs) == 0 {
		return nil
	}
	if err := m.versions.lose(ctx, m.conn, m.table.Name, rowIDs); err != nil {
		return err
	}
	_, err := m.conn.exec(ctx, "DELETE FROM "+m.target+" WHERE rowid IN (SELECT unnest("+intList("$1")+"))", rowIDs)
	return err
}
