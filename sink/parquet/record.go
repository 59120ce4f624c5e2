package parquet

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/parquet-go/parquet-go"

	"desklake/schema"
)

// record builds batches of a table out of rows of a layout: what a shredder does, the other way round.
type record struct {
	*array.RecordBuilder
	table   *schema.Table
	columns []recordColumn // of the layout
	absent  []array.Builder
	rows    int
	bytes   int // of texts
}

// recordColumn is a column of the layout.
type recordColumn struct {
	column
	builder array.Builder // nil where nobody asks for it
}

func newRecord(table *schema.Table, l *layout) *record {
	r := &record{RecordBuilder: array.NewRecordBuilder(memory.DefaultAllocator, table.Arrow()), table: table}
	there := map[string]bool{}
	for _, c := range l.columns {
		there[c.Name] = true
		rc := recordColumn{column: c}
		if at := table.Column(c.Name); at >= 0 {
			rc.builder = r.Field(at)
		}
		r.columns = append(r.columns, rc)
	}
	for i, c := range table.AllColumns() {
		if !there[c.Name] {
			r.absent = append(r.absent, r.Field(i))
		}
	}
	return r
}

// add adds a row of the layout.
func (r *record) add(row parquet.Row) {
	for _, c := range r.columns {
		depth := 0
		if !c.required {
			depth = 1
		}
		row = r.take(c.builder, c.column, depth, row)
	}
	for _, b := range r.absent {
		b.AppendNull()
	}
	r.rows++
}

// take appends the value of a column, with which the values begin, and returns the values behind it. There is the definition
// level of one that is not null. A nil builder takes nothing.
func (r *record) take(to array.Builder, c column, there int, values parquet.Row) (rest parquet.Row) {
	if schema.Type(c.Type) == schema.Struct {
		return r.takeStruct(to, c, there, values)
	}
	own := valuesOf(values, values[0].Column())
	rest = values[len(own):]
	list, isList := to.(*array.ListBuilder)
	switch {
	case to == nil:
	case !isList:
		r.put(to, own[0])
	case own[0].DefinitionLevel() < there:
		list.AppendNull()
	default:
		list.Append(true)
		for _, v := range own {
			if v.DefinitionLevel() > there { // else it is empty
				r.put(list.ValueBuilder(), v)
			}
		}
	}
	return rest
}

func (r *record) takeStruct(to array.Builder, c column, there int, values parquet.Row) parquet.Row {
	some := values[0].DefinitionLevel() >= there
	fields, _ := to.(*array.StructBuilder)
	if fields != nil {
		fields.Append(some) // a null's fields are appended, too
	}
	for i, f := range c.Fields {
		var field array.Builder
		if fields != nil && some {
			field = fields.FieldBuilder(i)
		}
		values = r.take(field, f, there+1, values)
	}
	return values
}

// put appends a value without parts.
func (r *record) put(to array.Builder, v parquet.Value) {
	if v.IsNull() {
		to.AppendNull()
		return
	}
	switch to := to.(type) {
	case *array.Int64Builder:
		to.Append(v.Int64())
	case *array.TimestampBuilder:
		to.Append(arrow.Timestamp(v.Int64()))
	case *array.Float64Builder:
		to.Append(v.Double())
	case *array.BooleanBuilder:
		to.Append(v.Boolean())
	case *array.StringBuilder:
		text := v.ByteArray()
		to.BinaryBuilder.Append(text)
		r.bytes += len(text)
	default:
		panic("parquet: no way to read into an Arrow " + to.Type().String())
	}
}

// flush returns the rows that were added since the last one.
func (r *record) flush() schema.Batch {
	r.rows, r.bytes = 0, 0
	return schema.Batch{Table: r.table, Record: r.NewRecordBatch()}
}
