package parquet

import (
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go"

	"desklake/schema"
)

// shredder makes rows of a batch, in a table's layout. Their texts are those of the batch, not copies.
type shredder []shred

// shred appends the value of a column at a position of the batch: as many values of Parquet as the column has leaves
// and elements.
type shred func(to parquet.Row, i int) parquet.Row

func newShredder(l *layout, b schema.Batch) shredder {
	var s shredder
	leaf := 0
	for _, c := range l.columns {
		var values arrow.Array
		if at := b.Table.Column(c.Name); at >= 0 {
			values = b.Record.Column(at)
		}
		s = append(s, newShred(c, values, 0, leaf))
		leaf += c.leaves()
	}
	return s
}

// row appends the row at a position to an empty slice.
func (s shredder) row(to parquet.Row, i int) parquet.Row {
	for _, column := range s {
		to = column(to, i)
	}
	return to
}

// newShred makes the shred of a column whose first leaf has that number; no values are nulls. Above is how many of the
// optional things around it are there.
func newShred(c column, values arrow.Array, above, leaf int) shred {
	null := make([]parquet.Value, c.leaves())
	for i := range null {
		null[i] = parquet.Value{}.Level(0, above, leaf+i)
	}
	if values == nil {
		return func(to parquet.Row, _ int) parquet.Row { return append(to, null...) }
	}
	there := above
	if !c.required {
		there++
	}
	var some shred
	switch values := values.(type) {
	case *array.Struct:
		some = newStructShred(c, values, there, leaf)
	case *array.List:
		some = newListShred(values, there, leaf)
	default:
		value := plain(values)
		some = func(to parquet.Row, i int) parquet.Row { return append(to, value(i).Level(0, there, leaf)) }
	}
	if values.NullN() == 0 {
		return some
	}
	return func(to parquet.Row, i int) parquet.Row {
		if values.IsNull(i) {
			return append(to, null...)
		}
		return some(to, i)
	}
}

func newStructShred(c column, values *array.Struct, there, leaf int) shred {
	var fields []shred
	for i, f := range c.Fields {
		fields = append(fields, newShred(f, values.Field(i), there, leaf))
		leaf += f.leaves()
	}
	return func(to parquet.Row, i int) parquet.Row {
		for _, field := range fields {
			to = field(to, i)
		}
		return to
	}
}

func newListShred(values *array.List, there, leaf int) shred {
	elements := values.ListValues()
	value := plain(elements)
	return func(to parquet.Row, i int) parquet.Row {
		from, end := values.ValueOffsets(i)
		if from == end {
			return append(to, parquet.Value{}.Level(0, there, leaf))
		}
		for e := from; e < end; e++ {
			repeated := min(int(e-from), 1)
			if elements.IsNull(int(e)) {
				to = append(to, parquet.Value{}.Level(repeated, there+1, leaf))
			} else {
				to = append(to, value(int(e)).Level(repeated, there+2, leaf))
			}
		}
		return to
	}
}

// plain gives the values of an array that has no parts.
func plain(values arrow.Array) func(i int) parquet.Value {
	switch values := values.(type) {
	case *array.Int64:
		return func(i int) parquet.Value { return parquet.Int64Value(values.Value(i)) }
	case *array.Timestamp:
		return func(i int) parquet.Value { return parquet.Int64Value(int64(values.Value(i))) }
	case *array.Float64:
		return func(i int) parquet.Value { return parquet.DoubleValue(values.Value(i)) }
	case *array.Boolean:
		return func(i int) parquet.Value { return parquet.BooleanValue(values.Value(i)) }
	case *array.String:
		return func(i int) parquet.Value {
			text := values.Value(i)
			return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(text), len(text)))
		}
	}
	panic("parquet: no way to write an Arrow " + values.DataType().String())
}
