package parquet

import (
	"maps"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"

	"desklake/schema"
	"desklake/sink/book"
)

// bookSchema is one of desklake's own tables, as Parquet has it.
func bookSchema[R any](t *book.Table[R]) *parquet.Schema {
	var l layout
	var names []string
	var nodes []parquet.Node
	for i, c := range t.Schema().Columns {
		names, nodes = append(names, c.Name), append(nodes, l.node(newColumn(c), !mayBeNull(&t.Columns[i]), 0))
	}
	return parquet.NewSchema(t.Name, newGroup(names, nodes))
}

// mayBeNull reports that a column can have nulls.
func mayBeNull[R any](c *book.Column[R]) bool { return c.Null || c.Type == schema.Time }

// bookRow makes values of a row.
func bookRow[R any](t *book.Table[R], r *R) (row parquet.Row) {
	for leaf := range t.Columns {
		c := &t.Columns[leaf]
		there := 0
		if mayBeNull(c) {
			there = 1
		}
		switch v := c.Value(r).(type) {
		case nil:
			row = append(row, parquet.Value{}.Level(0, 0, leaf))
		case string:
			row = append(row, parquet.ByteArrayValue([]byte(v)).Level(0, there, leaf))
		case int64:
			row = append(row, parquet.Int64Value(v).Level(0, there, leaf))
		case float64:
			row = append(row, parquet.DoubleValue(v).Level(0, there, leaf))
		case time.Time:
			row = append(row, parquet.Int64Value(v.UnixMicro()).Level(0, there, leaf))
		case []string:
			if len(v) == 0 {
				row = append(row, parquet.Value{}.Level(0, there, leaf))
			}
			for i, text := range v {
				row = append(row, parquet.ByteArrayValue([]byte(text)).Level(min(i, 1), there+2, leaf))
			}
		}
	}
	return row
}

// bookLeaf is a leaf column of a file of one of desklake's own tables. One that a newer version has added has no column.
type bookLeaf[R any] struct{ column *book.Column[R] }

// leavesOf finds the columns of a file by their names: an earlier version may not have had them all.
func leavesOf[R any](t *book.Table[R], s *parquet.Schema) (leaves []bookLeaf[R]) {
	for _, path := range s.Columns() {
		leaves = append(leaves, bookLeaf[R]{t.Column(path[0])})
	}
	return leaves
}

// take puts a value into its row.
func (l bookLeaf[R]) take(r *R, v parquet.Value) {
	if l.column == nil || v.IsNull() {
		return
	}
	switch l.column.Type {
	case schema.Int:
		l.column.Set(r, v.Int64())
	case schema.Float:
		l.column.Set(r, v.Double())
	case schema.Time:
		l.column.Set(r, time.UnixMicro(v.Int64()).UTC())
	case schema.Texts:
		list, _ := l.column.Value(r).([]string)
		l.column.Set(r, append(list, string(v.ByteArray())))
	default:
		l.column.Set(r, string(v.ByteArray()))
	}
}

// checkpointRows are the checkpoints, sorted by stream.
func (s *Sink) checkpointRows() (rows []book.Checkpoint) {
	for _, name := range slices.Sorted(maps.Keys(s.manifest.Checkpoints)) {
		rows = append(rows, book.Checkpoint{Source: s.source, Format: manifestFormat, Checkpoint: s.manifest.Checkpoints[name]})
	}
	return rows
}
