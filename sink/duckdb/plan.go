package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/schema"
	"desklake/sink"
)

// plan is what to do with a batch.
type plan struct {
	rows      []int32         // positions of the rows that go in
	dead      []int64         // row ids of the target in whose place they go
	deletedAt map[int32]int64 // by position: when it was learnt that a row is gone, if that was known before
	counts    sink.Counts
}

// plan decides by the rule of sink.Tx.Write.
func (m *merge) plan(ctx context.Context, batch schema.Batch, rows []int32, old map[int32]found) (plan, error) {
	version, extracted, deleted := m.times(batch, m.table.Version), m.times(batch, schema.ExtractedAt), m.times(batch, schema.DeletedAt)
	p := plan{deletedAt: map[int32]int64{}}
	same := map[int32]found{} // equal in version, extracted no earlier
	for _, row := range rows {
		was, known := old[row]
		if !known {
			continue
		}
		v, hasVer := version(row)
		e, _ := extracted(row)
		_, isDeleted := deleted(row)
		switch {
		case hasVer != was.hasVer || v != was.version:
			if hasVer && (!was.hasVer || v > was.version) {
				p.replace(row, was, isDeleted)
			}
		case e < was.extracted:
		case isDeleted != was.isDeleted:
			p.replace(row, was, isDeleted)
		default:
			same[row] = was
		}
	}
	changed, err := m.changed(ctx, batch.Record, same)
	if err != nil {
		return p, err
	}
	for _, row := range changed {
		_, isDeleted := deleted(row)
		p.replace(row, same[row], isDeleted)
	}
	for _, row := range rows {
		if _, known := old[row]; !known {
			p.rows = append(p.rows, row)
			p.counts.Inserted++
		}
	}
	return p, nil
}

// replace puts a row in the place of what was there.
func (p *plan) replace(row int32, was found, isDeleted bool) {
	p.rows = append(p.rows, row)
	p.dead = append(p.dead, was.rowID)
	switch {
	case isDeleted && was.isDeleted:
		p.deletedAt[row] = was.deleted
		p.counts.Updated++
	case isDeleted:
		p.counts.Deleted++
	default:
		p.counts.Updated++
	}
}

// times reads a column of instants, in microseconds; a table without the column has none.
func (m *merge) times(batch schema.Batch, column string) func(row int32) (int64, bool) {
	i := m.table.Column(column)
	if i < 0 {
		return func(int32) (int64, bool) { return 0, false }
	}
	values := batch.Record.Column(i).(*array.Timestamp)
	return func(row int32) (int64, bool) {
		if values.IsNull(int(row)) {
			return 0, false
		}
		return int64(values.Value(int(row))), true
	}
}

// changed returns those of the rows whose contents differ from what the target has.
func (m *merge) changed(ctx context.Context, record arrow.RecordBatch, rows map[int32]found) ([]int32, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	at := make([]int32, 0, len(rows))
	for row := range rows {
		at = append(at, row)
	}
	slices.Sort(at)
	columns := columnNames(m.table)
	if _, err := m.conn.exec(ctx, fmt.Sprintf(
		"CREATE OR REPLACE TEMP TABLE %s AS SELECT 0::BIGINT AS _position, 0::BIGINT AS _target, %s FROM %s LIMIT 0",
		quote(m.stage), list(columns), m.target)); err != nil {
		return nil, err
	}
	position := int64s(record.NumRows(), func(i int64) int64 { return i })
	defer position.Release()
	target := int64s(record.NumRows(), func(i int64) int64 { return rows[int32(i)].rowID })
	defer target.Release()
	err := m.conn.fillTable(m.stage, append([]string{"_position", "_target"}, columns...),
		append([]arrow.Array{position, target}, record.Columns()...), at)
	if err != nil {
		return nil, err
	}
	var changed []int32
	err = m.conn.query(ctx, fmt.Sprintf("SELECT s._position FROM %s s JOIN %s t ON t.rowid = s._target WHERE %s",
		quote(m.stage), m.target, m.differs()), nil, func(v []any) error {
		changed = append(changed, int32(v[0].(int64)))
		return nil
	})
	return changed, err
}

// differs is the condition that the rows s and t differ in a column of the source.
func (m *merge) differs() string {
	var differs []string
	for _, c := range columnNames(m.table) {
		switch c {
		case schema.ExtractedAt, schema.RunID, schema.DeletedAt, m.table.Key:
		default:
			differs = append(differs, "s."+quote(c)+" IS DISTINCT FROM t."+quote(c))
		}
	}
	return strings.Join(differs, " OR ")
}

func columnNames(t *schema.Table) []string {
	all := t.AllColumns()
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	return names
}

// list makes a list of quoted columns.
func list(columns []string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = quote(c)
	}
	return strings.Join(quoted, ", ")
}
