package duckdb

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// int64s makes a column of n numbers.
func int64s(n int64, value func(i int64) int64) *array.Int64 {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(int(n))
	for i := range n {
		b.UnsafeAppend(value(i))
	}
	return b.NewInt64Array()
}

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

// positions are 0 to n-1.
func positions(n int) []int32 {
	all := make([]int32, n)
	for i := range all {
		all[i] = int32(i)
	}
	return all
}
