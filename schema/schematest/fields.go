// Package schematest turns batches back into the source's records, for tests that hold what was stored against
// what was sent.
package schematest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/schema"
)

// Fields returns the fields of the source's record from which a row of the batch was made, as far as they are not
// null: those of the columns, and over them those of _desklake_extra. An alias that _desklake_extra does not have is
// given as its column, since it was equal or absent. A field that came by an alias has its column's name.
func Fields(b schema.Batch, row int) (map[string]json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	for i, c := range b.Table.Columns {
		if values := b.Record.Column(i); values.IsValid(row) {
			fields[c.Name] = appendValue(nil, c, values, row)
		}
	}
	for alias, column := range b.Table.Aliases {
		if value, ok := fields[column]; ok {
			fields[alias] = value
		}
	}
	extra := b.Record.Column(b.Table.Column(schema.Extra)).(*array.String)
	if extra.IsNull(row) {
		return fields, nil
	}
	if err := json.Unmarshal([]byte(extra.Value(row)), &fields); err != nil {
		return nil, fmt.Errorf("%s: row %d: %s: %w", b.Table.Name, row, schema.Extra, err)
	}
	return fields, nil
}

// appendValue appends a value that is not null, as the source would write it.
func appendValue(dst []byte, c schema.Column, values arrow.Array, row int) []byte {
	switch values := values.(type) {
	case *array.Int64:
		return strconv.AppendInt(dst, values.Value(row), 10)
	case *array.Float64:
		return strconv.AppendFloat(dst, values.Value(row), 'g', -1, 64)
	case *array.Boolean:
		return strconv.AppendBool(dst, values.Value(row))
	case *array.Timestamp:
		t := time.UnixMicro(int64(values.Value(row))).UTC()
		if c.Type == schema.Unix {
			return strconv.AppendInt(dst, t.Unix(), 10)
		}
		return t.AppendFormat(dst, `"`+time.RFC3339Nano+`"`)
	case *array.String:
		if c.Type == schema.JSON {
			return append(dst, values.Value(row)...)
		}
		return appendText(dst, values.Value(row))
	case *array.List:
		return appendList(dst, values, row)
	case *array.Struct:
		return appendStruct(dst, c, values, row)
	}
	panic(fmt.Sprintf("schematest: column %s: %T", c.Name, values))
}

func appendText(dst []byte, text string) []byte {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // strings always marshal
	}
	return append(dst, quoted...)
}

func appendList(dst []byte, values *array.List, row int) []byte {
	begin, end := values.ValueOffsets(row)
	dst = append(dst, '[')
	for i := begin; i < end; i++ {
		if i > begin {
			dst = append(dst, ',')
		}
		if values.ListValues().IsNull(int(i)) {
			dst = append(dst, "null"...)
			continue
		}
		dst = appendValue(dst, schema.Column{}, values.ListValues(), int(i))
	}
	return append(dst, ']')
}

func appendStruct(dst []byte, c schema.Column, values *array.Struct, row int) []byte {
	separator := byte('{')
	for i, field := range c.Fields {
		if inner := values.Field(i); inner.IsValid(row) {
			dst = appendText(append(dst, separator), field.Name)
			dst = appendValue(append(dst, ':'), field, inner, row)
			separator = ','
		}
	}
	if separator == '{' {
		dst = append(dst, '{')
	}
	return append(dst, '}')
}
