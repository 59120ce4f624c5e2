package toy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/schema"
	"desklake/sink"
)

// row is the values of a row by their columns, without nulls. What is in it stays as it is once the row was written.
type row map[string]json.RawMessage

func newRow(b schema.Batch, i int) (row, error) {
	r := row{}
	for at, column := range b.Table.AllColumns() {
		v := value(b.Record.Column(at), i)
		if v == nil {
			continue
		}
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", column.Name, err)
		}
		r[column.Name] = text
	}
	return r, nil
}

// value is what JSON has for a value: times are RFC 3339, objects have no nulls.
func value(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case *array.Timestamp:
		return time.UnixMicro(int64(a.Value(i))).UTC()
	case *array.Float64:
		return json.Number(strings.Replace(strconv.FormatFloat(a.Value(i), 'g', -1, 64), "e+", "e", 1))
	case *array.Struct:
		fields := map[string]any{}
		for f, field := range a.DataType().(*arrow.StructType).Fields() {
			if v := value(a.Field(f), i); v != nil {
				fields[field.Name] = v
			}
		}
		return fields
	}
	return a.GetOneForMarshal(i)
}

// number is a whole number, or a time in microseconds; nil for null.
func (r row) number(column string) *int64 {
	text := string(r[column])
	n, err := strconv.ParseInt(text, 10, 64)
	if at, timed := time.Parse(`"`+time.RFC3339Nano+`"`, text); timed == nil {
		n, err = at.UnixMicro(), nil
	}
	if err != nil {
		return nil
	}
	return &n
}

// set sets a time in microseconds; nil for null.
func (r row) set(column string, micros *int64) {
	delete(r, column)
	if micros != nil {
		r[column] = time.UnixMicro(*micros).UTC().AppendFormat(nil, `"`+time.RFC3339Nano+`"`)
	}
}

// ages tells the ages of rows, for one batch.
func ages(t *schema.Table) func(row) sink.Age {
	age := sink.NewAges(t.VersionType())
	return func(r row) sink.Age { return age(r.number(t.Version), *r.number(schema.ExtractedAt)) }
}

// differ tells whether two rows differ in a column of the source, or in being gone.
func differ(t *schema.Table, a, b row) bool {
	for _, c := range t.AllColumns() {
		if c.Name != schema.ExtractedAt && c.Name != schema.RunID && !bytes.Equal(a[c.Name], b[c.Name]) {
			return true
		}
	}
	return false
}
