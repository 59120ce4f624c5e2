package duckdb

import (
	"strconv"
	"strings"
	"time"
	"unsafe"

	capi "github.com/duckdb/duckdb-go-bindings"
)

// bind gives a statement the value of a parameter. Numbers are what intList reads, texts a list.
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
	case string: // a text of another encoding is refused, or worse
		v = strings.ToValidUTF8(v, "\uFFFD")
		s = capi.BindVarcharLength(stmt, i, v, capi.IdxT(len(v)))
	case []byte:
		s = capi.BindBlob(stmt, i, v)
	case []int64:
		digits := make([]byte, 0, 12*len(v))
		for at, n := range v {
			if at > 0 {
				digits = append(digits, ',')
			}
			digits = strconv.AppendInt(digits, n, 10)
		}
		s = capi.BindVarcharLength(stmt, i, unsafe.String(unsafe.SliceData(digits), len(digits)), capi.IdxT(len(digits)))
	case []string:
		s = bindTexts(stmt, i, v)
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

// intList is a parameter of numbers, of which there is at least one, as a list. DuckDB reads them from a text faster than it
// makes a list of values.
func intList(parameter string) string { return "string_split(" + parameter + ", ',')::BIGINT[]" }

func bindTexts(stmt capi.PreparedStatement, i capi.IdxT, texts []string) capi.State {
	elements := make([]capi.Value, len(texts))
	for at, t := range texts {
		t = strings.ToValidUTF8(t, "\uFFFD")
		elements[at] = capi.CreateVarcharLength(t, capi.IdxT(len(t)))
	}
	defer func() {
		for at := range elements {
			capi.DestroyValue(&elements[at])
		}
	}()
	kind := capi.CreateLogicalType(capi.TypeVarchar)
	defer capi.DestroyLogicalType(&kind)
	list := capi.CreateListValue(kind, elements)
	defer capi.DestroyValue(&list)
	return capi.BindValue(stmt, i, list)
}
