package schema

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/internal/jsonscan"
)

// maxDepth is how deep arrays and objects in stored JSON may be nested: of the readers that we know BigQuery's
// JSON takes the fewest levels, 500, and the object in _desklake_extra is one of them.
const maxDepth = 499

// column appends values to one Arrow array.
type column struct {
	Column
	builder array.Builder

	// append adds a value that is not null. It returns "" if the column holds all of it, else why it does not;
	// then the column has what it can hold, if only null, and the value belongs into _desklake_extra.
	append func(v jsonscan.Value) (misfit string)
}

// newColumn returns a column that appends to the builder. Scratch is memory that it may share with others.
func newColumn(c Column, builder array.Builder, scratch *[]byte) column {
	var put func(v jsonscan.Value) string
	switch c.Type {
	case Int:
		put = putInt(builder.(*array.Int64Builder))
	case Float:
		put = putFloat(builder.(*array.Float64Builder))
	case Text:
		put = putText(builder.(*array.StringBuilder), scratch)
	case Bool:
		put = putBool(builder.(*array.BooleanBuilder))
	case Time:
		put = putTime(builder.(*array.TimestampBuilder), scratch)
	case Unix:
		put = putUnix(builder.(*array.TimestampBuilder))
	case Ints:
		put = putInts(builder.(*array.ListBuilder))
	case Texts:
		put = putTexts(builder.(*array.ListBuilder))
	case Struct:
		put = putStruct(c.Fields, builder.(*array.StructBuilder), scratch)
	case JSON:
		put = putJSON(builder.(*array.StringBuilder))
	}
	return column{Column: c, builder: builder, append: put}
}

func putInt(b *array.Int64Builder) func(jsonscan.Value) string {
	return func(v jsonscan.Value) string {
		n, ok := v.Whole()
		if !ok {
			b.AppendNull()
			return "the value is not a whole number of 64 bits"
		}
		b.Append(n)
		return unquoted(v)
	}
}

// unquoted is the misfit of a number that is not written as one.
func unquoted(v jsonscan.Value) string {
	if v.Kind == jsonscan.String {
		return "the number is written as a string; the column has it, too"
	}
	return ""
}

func putFloat(b *array.Float64Builder) func(jsonscan.Value) string {
	return func(v jsonscan.Value) string {
		f, ok := v.Float()
		if !ok {
			b.AppendNull()
			return "the value is not a number of the range of a 64-bit float"
		}
		b.Append(f)
		if !exact(v.Raw, f) {
			return "the number has more digits than a 64-bit float"
		}
		return ""
	}
}

func putText(b *array.StringBuilder, scratch *[]byte) func(jsonscan.Value) string {
	return func(v jsonscan.Value) string {
		switch v.Kind {
		case jsonscan.String:
		case jsonscan.Number:
			b.BinaryBuilder.Append(v.Raw)
			return "the value is a number and not a string; the column has its digits, too"
		default:
			b.AppendNull()
			return "the value is not a string"
		}
		b.BinaryBuilder.Append(characters(v, scratch))
		return ""
	}
}

// characters are those of a string, in scratch where it has escapes.
func characters(v jsonscan.Value, scratch *[]byte) []byte {
	if !v.Escaped() {
		return v.Text()
	}
	*scratch = v.AppendText((*scratch)[:0])
	return *scratch
}

func putBool(b *array.BooleanBuilder) func(jsonscan.Value) string {
	return func(v jsonscan.Value) string {
		truth, ok := v.Bool()
		if !ok {
			b.AppendNull()
			return "the value is not true or false"
		}
		b.Append(truth)
		return ""
	}
}

func putTime(b *array.TimestampBuilder, scratch *[]byte) func(jsonscan.Value) string {
	return func(v jsonscan.Value) string {
		micros, whole, ok := parseTime(characters(v, scratch))
		if !ok {
			b.AppendNull()
			return "the value is not a date-time"
		}
		b.Append(arrow.Timestamp(micros))
		if !whole {
			return "the date-time has a time zone, or more digits than microseconds, or is one in seconds"
		}
		return ""
	}
}

func putUnix(b *array.TimestampBuilder) func(jsonscan.Value) string {
	return func(v jsonscan.Value) string {
		seconds, ok := v.Whole()
		if !ok || seconds < firstSecond || seconds > lastSecond {
			b.AppendNull()
			return "the value is not whole seconds since 1970 of the years 1 to 9999"
		}
		b.Append(arrow.Timestamp(seconds * 1e6))
		return unquoted(v)
	}
}

func putJSON(b *array.StringBuilder) func(jsonscan.Value) string {
	return func(v jsonscan.Value) string {
		switch {
		case v.Depth > maxDepth:
			b.AppendNull()
			return tooDeep
		case v.Lone():
			b.BinaryBuilder.Append(v.AppendJSON(nil))
		default:
			b.BinaryBuilder.Append(v.Raw)
		}
		return ""
	}
}
