package duckdb

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// withTimes copies a column, with other times (microseconds) at some of its positions.
func withTimes(column *array.Timestamp, times map[int32]int64) *array.Timestamp {
	b := array.NewTimestampBuilder(memory.DefaultAllocator, column.DataType().(*arrow.TimestampType))
	defer b.Release()
	b.Reserve(column.Len())
	for i := range column.Len() {
		switch t, other := times[int32(i)]; {
		case other:
			b.UnsafeAppend(arrow.Timestamp(t))
		case column.IsNull(i):
			b.AppendNull()
		default:
			b.UnsafeAppend(column.Value(i))
		}
	}
	return b.NewTimestampArray()
}
