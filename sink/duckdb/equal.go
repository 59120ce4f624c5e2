package duckdb

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	capi "github.com/duckdb/duckdb-go-bindings"
)

// equal says whether the value at i of a vector is that of a row of a column. Nulls are equal.
type equal func(i, row int) bool

// compare compares the n values of a vector with a column, of the types that fill writes.
func compare(vector capi.Vector, n int, column arrow.Array) (equal, error) {
	values, err := compareValues(vector, n, column)
	mask := (*uint64)(capi.VectorGetValidity(vector))
	if mask == nil {
		return func(i, row int) bool { return column.IsValid(row) && values(i, row) }, err
	}
	valid := unsafe.Slice(mask, (n+63)/64)
	return func(i, row int) bool {
		is := valid[i/64]>>(i%64)&1 == 1
		return is == column.IsValid(row) && (!is || values(i, row))
	}, err
}

func compareValues(vector capi.Vector, n int, column arrow.Array) (equal, error) {
	switch column := column.(type) {
	case *array.Int64:
		return fixed(vectorOf[int64](vector, n), column.Value), nil
	case *array.Timestamp:
		return fixed(vectorOf[arrow.Timestamp](vector, n), column.Value), nil
	case *array.Boolean:
		return fixed(vectorOf[bool](vector, n), column.Value), nil
	case *array.Float64:
		values := vectorOf[float64](vector, n)
		return func(i, row int) bool {
			a, b := values[i], column.Value(row)
			return a == b || a != a && b != b
		}, nil
	case *array.String:
		values := vectorOf[inlined](vector, n)
		return func(i, row int) bool { return values[i].text() == column.Value(row) }, nil
	case *array.Struct:
		fields := make([]equal, column.NumField())
		for i := range fields {
			var err error
			if fields[i], err = compare(capi.StructVectorGetChild(vector, capi.IdxT(i)), n, column.Field(i)); err != nil {
				return nil, err
			}
		}
		return func(i, row int) bool {
			return !slices.ContainsFunc(fields, func(same equal) bool { return !same(i, row) })
		}, nil
	case *array.List:
		return compareLists(vector, n, column)
	}
	return nil, fmt.Errorf("no way to compare an Arrow %s", column.DataType())
}

func compareLists(vector capi.Vector, n int, column *array.List) (equal, error) {
	entries := vectorOf[listEntry](vector, n)
	elements, err := compare(capi.ListVectorGetChild(vector), int(capi.ListVectorGetSize(vector)), column.ListValues())
	return func(i, row int) bool {
		from, to := column.ValueOffsets(row)
		if entries[i].length != uint64(to-from) {
			return false
		}
		for e := range to - from {
			if !elements(int(entries[i].offset)+int(e), int(from+e)) {
				return false
			}
		}
		return true
	}, err
}

func fixed[T comparable](values []T, of func(row int) T) equal {
	return func(i, row int) bool { return values[i] == of(row) }
}

// vectorOf are the values of a vector.
func vectorOf[T any](vector capi.Vector, n int) []T {
	return unsafe.Slice((*T)(capi.VectorGetData(vector)), n)
}

// text is the string. Of a long one only the first four bytes are inlined, and behind them is a pointer to all.
func (s *inlined) text() string {
	if int(s.length) <= len(s.bytes) {
		return unsafe.String(&s.bytes[0], s.length)
	}
	return unsafe.String(*(**byte)(unsafe.Pointer(&s.bytes[4])), s.length)
}
