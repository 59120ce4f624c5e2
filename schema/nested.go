package schema

import (
	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/internal/jsonscan"
)

func putInts(b *array.ListBuilder) func(jsonscan.Value) string {
	var (
		numbers []int64
		valid   []bool
		list    = b.ValueBuilder().(*array.Int64Builder)
	)
	return func(v jsonscan.Value) string {
		numbers, valid = numbers[:0], valid[:0]
		fits := eachElement(v, func(e jsonscan.Value) bool {
			n, ok := e.Int()
			numbers, valid = append(numbers, n), append(valid, ok)
			return ok
		})
		if !fits {
			b.AppendNull()
			return "the value is not an array of whole numbers of 64 bits"
		}
		b.Append(true)
		list.AppendValues(numbers, valid)
		return ""
	}
}

func putTexts(b *array.ListBuilder) func(jsonscan.Value) string {
	var (
		texts [][]byte
		valid []bool
		list  = b.ValueBuilder().(*array.StringBuilder)
	)
	return func(v jsonscan.Value) string {
		texts, valid = texts[:0], valid[:0]
		fits := eachElement(v, func(e jsonscan.Value) bool {
			ok := e.Kind == jsonscan.String
			texts, valid = append(texts, e.Text()), append(valid, ok)
			return ok
		})
		if !fits {
			clear(texts)
			b.AppendNull()
			return "the value is not an array of strings"
		}
		b.Append(true)
		list.BinaryBuilder.AppendValues(texts, valid)
		clear(texts) // else they keep the page
		return ""
	}
}

// eachElement takes the elements of an array as long as they fit, whether null or not. It returns false where
// one does not, and where v is no array.
func eachElement(v jsonscan.Value, take func(jsonscan.Value) bool) bool {
	s := v.Scanner()
	if !s.Array() {
		return false
	}
	for s.Element() {
		e := s.Value()
		if fits := take(e); !fits && !e.IsNull() {
			return false
		}
	}
	return true
}

func putStruct(inner []Column, b *array.StructBuilder, scratch *[]byte) func(jsonscan.Value) string {
	var (
		columns []column
		keys    fields
	)
	for i, c := range inner {
		columns = append(columns, newColumn(c, b.FieldBuilder(i), scratch))
		keys.add(c.Name)
	}
	return func(v jsonscan.Value) string {
		s := v.Scanner()
		if !s.Object() {
			b.AppendNull()
			return "the value is not an object"
		}
		keys.read(&s)
		defer keys.clear() // else they keep the page
		misfit := ""
		if len(keys.unknown) > 0 || len(keys.repeated) > 0 {
			misfit = "the object has other fields than the column"
		}
		b.Append(true)
		for i := range columns {
			c := &columns[i]
			if keys.values[i].IsNull() {
				c.builder.AppendNull()
			} else if c.append(keys.values[i]) != "" {
				misfit = "a value in the object does not fit its field"
			}
		}
		return misfit
	}
}
