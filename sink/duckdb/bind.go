package duckdb

import (
	"time"

	capi "github.com/duckdb/duckdb-go-bindings"
)

// bind gives a statement the value of a parameter. A slice is a list.
func bind(stmt capi.PreparedStatement, i capi.IdxT, arg any) bool {
	var s capi.State
	switch v := arg.(type) {
	case nil:
		s = capi.BindNull(stmt, i)
	case int64:
		s = capi.BindInt64(stmt, i, v)
	case int:
		s = capi.BindInt64(stmt, i, int64(v))
	case float64:
		s = capi.BindDouble(stmt, i, v)
	case string:
		s = capi.BindVarcharLength(stmt, i, v, capi.IdxT(len(v)))
	case []byte:
		s = capi.BindBlob(stmt, i, v)
	case []int64:
		s = bindList(stmt, i, capi.TypeBigInt, v, capi.CreateInt64)
	case []string:
		s = bindList(stmt, i, capi.TypeVarchar, v, func(t string) capi.Value { return capi.CreateVarcharLength(t, capi.IdxT(len(t))) })
	case time.Time:
		if v.IsZero() {
			s = capi.BindNull(stmt, i)
		} else {
			s = capi.BindTimestampTZ(stmt, i, capi.NewTimestamp(v.UnixMicro()))
		}
	default:
		return false
	}
	return s == capi.StateSuccess
}

func bindList[T any](stmt capi.PreparedStatement, i capi.IdxT, element capi.Type, list []T, value func(T) capi.Value) capi.State {
	elements := make([]capi.Value, len(list))
	for at, v := range list {
		elements[at] = value(v)
	}
	defer func() {
		for at := range elements {
			capi.DestroyValue(&elements[at])
		}
	}()
	kind := capi.CreateLogicalType(element)
	defer capi.DestroyLogicalType(&kind)
	bound := capi.CreateListValue(kind, elements)
	defer capi.DestroyValue(&bound)
	return capi.BindValue(stmt, i, bound)
}
