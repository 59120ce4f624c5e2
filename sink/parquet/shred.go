package parquet

import (
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go"

	"desklake/schema"
)

// shredder makes rows of a batch, in a table's layout. Their texts are those of the batch, not copies.
type shredder struct {
	columns []column
	arrays  []arrow.Array // one a column; nil for those that the batch does not have
}

func newShredder(l *layout, b schema.Batch) *shredder {
	s := &shredder{columns: l.columns, arrays: make([]arrow.Array, len(l.columns))}
	for i, c := range l.columns {
		if at := b.Table.Column(c.Name); at >= 0 {
			s.arrays[i] = b.Record.Column(at)
		}
	}
	return s
}

// row appends the row at the given position to an empty slice.
func (s *shredder) row(to parquet.Row, position int) parquet.Row {
	leaf := 0
	for i, c := range s.columns {
		to, leaf = shred(to, c, s.arrays[i], position, 0, leaf)
	}
	return to
}

// shred appends one value of a column: as many values of Parquet as it has leaves and elements. Defined is how many of
// the optional things around it are there; a column that the array says is never null counts none of its own.
func shred(to parquet.Row, c column, values arrow.Array, i, defined, leaf int) (parquet.Row, int) {
	if values == nil || values.IsNull(i) {
		for range c.leaves() {
			to = append(to, parquet.Value{}.Level(0, defined, leaf))
			leaf++
		}
		return to, leaf
	}
	if !c.required {
		defined++
	}
	switch values := values.(type) {
	case *array.Struct:
		for at, f := range c.Fields {
			to, leaf = shred(to, f, values.Field(at), i, defined, leaf)
		}
		return to, leaf
	case *array.List:
		from, end := values.ValueOffsets(i)
		if from == end {
			return append(to, parquet.Value{}.Level(0, defined, leaf)), leaf + 1
		}
		for e := from; e < end; e++ {
			repeated := min(int(e-from), 1)
			if values.ListValues().IsNull(int(e)) {
				to = append(to, parquet.Value{}.Level(repeated, defined+1, leaf))
			} else {
				to = append(to, plain(values.ListValues(), int(e)).Level(repeated, defined+2, leaf))
			}
		}
		return to, leaf + 1
	}
	return append(to, plain(values, i).Level(0, defined, leaf)), leaf + 1
}

func plain(values arrow.Array, i int) parquet.Value {
	switch values := values.(type) {
	case *array.Int64:
		return parquet.Int64Value(values.Value(i))
	case *array.Timestamp:
		return parquet.Int64Value(int64(values.Value(i)))
	case *array.Float64:
		return parquet.DoubleValue(values.Value(i))
	case *array.Boolean:
		return parquet.BooleanValue(values.Value(i))
	case *array.String:
		text := values.Value(i)
		return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(text), len(text)))
	}
	panic("parquet: no way to write an Arrow " + values.DataType().String())
}
