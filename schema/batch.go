package schema

import "github.com/apache/arrow-go/v18/arrow"

// Batch is rows of one table, with the columns of Table.AllColumns in that order.
// Whoever is handed a Batch owns it and calls Release once it is done with it.
type Batch struct {
	Table  *Table
	Record arrow.RecordBatch
}

// Release gives the batch's memory back.
func (b Batch) Release() { b.Record.Release() }

// Rows is the number of rows.
func (b Batch) Rows() int64 { return b.Record.NumRows() }

// Arrow returns the Arrow schema of the table's batches: AllColumns in order, every one nullable but the key.
//
// Int is int64; Float float64; Text and JSON utf8 (JSON holds the text of a JSON value); Bool boolean; Time
// and Unix timestamp[us, UTC]; Ints list<int64>; Texts list<utf8>; Struct a struct of its fields.
func (t *Table) Arrow() *arrow.Schema {
	columns := t.AllColumns()
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		fields[i] = arrow.Field{Name: c.Name, Type: c.Arrow(), Nullable: c.Name != t.Key}
	}
	return arrow.NewSchema(fields, nil)
}

// Arrow returns the Arrow type of the column.
func (c Column) Arrow() arrow.DataType {
	switch c.Type {
	case Int:
		return arrow.PrimitiveTypes.Int64
	case Float:
		return arrow.PrimitiveTypes.Float64
	case Text, JSON:
		return arrow.BinaryTypes.String
	case Bool:
		return arrow.FixedWidthTypes.Boolean
	case Time, Unix:
		return arrow.FixedWidthTypes.Timestamp_us
	case Ints:
		return arrow.ListOf(arrow.PrimitiveTypes.Int64)
	case Texts:
		return arrow.ListOf(arrow.BinaryTypes.String)
	case Struct:
		fields := make([]arrow.Field, len(c.Fields))
		for i, f := range c.Fields {
			fields[i] = arrow.Field{Name: f.Name, Type: f.Arrow(), Nullable: true}
		}
		return arrow.StructOf(fields...)
	}
	panic("schema: column " + c.Name + " has no type")
}
