package parquet

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	arrowfile "github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// readArrow reads a file with Apache Arrow's own reader, opening it once.
func readArrow(path string) (arrow.RecordBatch, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := arrowfile.NewParquetReader(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	defer r.Close()
	content, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	table, err := content.ReadTable(context.Background())
	if err != nil {
		return nil, err
	}
	columns := make([]arrow.Array, table.NumCols())
	for i := range columns {
		if columns[i], err = array.Concatenate(table.Column(i).Data().Chunks(), memory.DefaultAllocator); err != nil {
			return nil, err
		}
	}
	return array.NewRecordBatch(table.Schema(), columns, table.NumRows()), nil
}

func readKindsWithArrow(t *testing.T, _ *lake, path string) (rows, map[string]string) {
	record, err := readArrow(path)
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]string{}
	all := rows{}
	for i := range int(record.NumRows()) {
		row := map[string]any{}
		for at, field := range record.Schema().Fields() {
			types[field.Name] = typeText(field.Type)
			row[field.Name] = plainValue(record.Column(at), i)
		}
		all[row["id"].(json.Number).String()] = row
	}
	return all, types
}

// typeText leaves out what metadata fields carry.
func typeText(t arrow.DataType) string {
	s, ok := t.(*arrow.StructType)
	if !ok {
		return t.String()
	}
	text := ""
	for _, f := range s.Fields() {
		text += ", " + f.Name + ": " + typeText(f.Type)
	}
	return "struct<" + text[2:] + ">"
}

func plainValue(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	number := func(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }
	switch a := a.(type) {
	case *array.Int64:
		return number(a.Value(i))
	case *array.Timestamp:
		return number(int64(a.Value(i)))
	case *array.Float64:
		return a.Value(i)
	case *array.Boolean:
		return a.Value(i)
	case *array.String:
		return a.Value(i)
	case *array.List:
		values := []any{}
		from, end := a.ValueOffsets(i)
		for e := from; e < end; e++ {
			values = append(values, plainValue(a.ListValues(), int(e)))
		}
		return values
	case *array.Struct:
		fields := map[string]any{}
		for at, f := range a.DataType().(*arrow.StructType).Fields() {
			fields[f.Name] = plainValue(a.Field(at), i)
		}
		return fields
	}
	panic("no such type in kinds: " + a.DataType().String())
}
