package schema

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// sizeOf is about the number of bytes in the array that b has begun.
func sizeOf(b array.Builder) int64 {
	switch b := b.(type) {
	case *array.StringBuilder:
		return int64(b.DataLen() + 4*b.Len())
	case *array.ListBuilder:
		return int64(4*b.Len()) + sizeOf(b.ValueBuilder())
	case *array.StructBuilder:
		total := int64(0)
		for i := range b.NumField() {
			total += sizeOf(b.FieldBuilder(i))
		}
		return total
	}
	width := b.Type().(arrow.FixedWidthDataType).BitWidth()
	return int64(width*b.Len()+7) / 8
}

// room is what an array took, to give as much to the next one at once: growing step by step would copy it
// several times over.
type room struct {
	rows, text int
}

// The most that is taken ahead, for one array.
const (
	maxRoomRows = 1 << 16
	maxRoomText = 1 << 22
)

func roomOf(b array.Builder) room {
	r := room{rows: min(b.Len(), maxRoomRows)}
	if b, ok := b.(*array.StringBuilder); ok {
		r.text = min(b.DataLen()+b.DataLen()/8, maxRoomText)
	}
	return r
}

func (r room) reserve(b array.Builder) {
	b.Reserve(r.rows)
	if b, ok := b.(*array.StringBuilder); ok {
		b.ReserveData(r.text)
	}
}
