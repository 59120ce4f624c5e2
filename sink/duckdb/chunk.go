package duckdb

import (
	"fmt"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	capi "github.com/duckdb/duckdb-go-bindings"
)

// appender copies rows of Arrow batches into a table through data chunks of DuckDB's own layout, column by
// column: no value is boxed, and only strings of more than 12 bytes cost a call into C.
type appender struct {
	conn  *conn
	ptr   capi.Appender
	chunk capi.DataChunk
	types []capi.LogicalType
}

// newAppender opens an appender for the named columns of a table; its other columns get their defaults.
func (c *conn) newAppender(catalog, schemaName, table string, columns []string) (*appender, error) {
	a := &appender{conn: c}
	state := capi.AppenderCreateExt(c.ptr, catalog, schemaName, table, &a.ptr)
	for _, name := range columns {
		if state == capi.StateSuccess {
			state = capi.AppenderAddColumn(a.ptr, name)
		}
	}
	if state != capi.StateSuccess {
		err := c.refused(capi.AppenderError(a.ptr))
		capi.AppenderDestroy(&a.ptr)
		return nil, fmt.Errorf("open appender: %w", err)
	}
	for i := range capi.AppenderColumnCount(a.ptr) {
		a.types = append(a.types, capi.AppenderColumnType(a.ptr, i))
	}
	a.chunk = capi.CreateDataChunk(a.types)
	return a, nil
}

// appendRows appends the rows at the given positions of the columns, which are those of the table in its order.
// They are part of the connection's transaction when it returns.
func (a *appender) appendRows(columns []arrow.Array, rows []int32) error {
	size := int(capi.VectorSize())
	defer capi.DataChunkReset(a.chunk) // it would keep the texts of the last rows until the transaction ends
	for len(rows) > 0 {
		n := min(size, len(rows))
		capi.DataChunkReset(a.chunk)
		for i, column := range columns {
			if err := fill(capi.DataChunkGetVector(a.chunk, capi.IdxT(i)), column, rows[:n]); err != nil {
				return err
			}
		}
		capi.DataChunkSetSize(a.chunk, capi.IdxT(n))
		if capi.AppendDataChunk(a.ptr, a.chunk) != capi.StateSuccess {
			return a.conn.refused(capi.AppenderError(a.ptr))
		}
		rows = rows[n:]
	}
	if capi.AppenderFlush(a.ptr) != capi.StateSuccess {
		return a.conn.refused(capi.AppenderError(a.ptr))
	}
	return nil
}

// close releases the appender. What was not flushed, because of an error, is thrown away with the transaction.
func (a *appender) close() {
	capi.AppenderClear(a.ptr)
	capi.AppenderDestroy(&a.ptr)
	capi.DestroyDataChunk(&a.chunk)
	for i := range a.types {
		capi.DestroyLogicalType(&a.types[i])
	}
}

// fill writes the rows of an Arrow array into a vector.
func fill(vector capi.Vector, column arrow.Array, rows []int32) error {
	if column.NullN() > 0 {
		fillNulls(vector, column, rows)
	}
	data := capi.VectorGetData(vector)
	switch column := column.(type) {
	case *array.Int64:
		fillFixed(data, column.Int64Values(), rows)
	case *array.Timestamp:
		fillFixed(data, column.TimestampValues(), rows)
	case *array.Float64:
		fillFixed(data, column.Float64Values(), rows)
	case *array.Boolean:
		out := unsafe.Slice((*bool)(data), len(rows))
		for i, row := range rows {
			out[i] = column.Value(int(row))
		}
	case *array.String:
		fillStrings(vector, data, column, rows)
	case *array.Struct:
		for i := range column.NumField() {
			field := capi.StructVectorGetChild(vector, capi.IdxT(i))
			if err := fill(field, column.Field(i), rows); err != nil {
				return err
			}
			// A null struct has null fields: DuckDB expects it of whoever writes into a vector.
			fillNulls(field, column, rows)
		}
	case *array.List:
		return fillLists(vector, column, rows)
	default:
		return fmt.Errorf("no way to write an Arrow %s", column.DataType())
	}
	return nil
}

func fillFixed[T any](data unsafe.Pointer, values []T, rows []int32) {
	out := unsafe.Slice((*T)(data), len(rows))
	for i, row := range rows {
		out[i] = values[row]
	}
}

func fillNulls(vector capi.Vector, column arrow.Array, rows []int32) {
	capi.VectorEnsureValidityWritable(vector)
	mask := unsafe.Slice((*uint64)(capi.VectorGetValidity(vector)), (len(rows)+63)/64)
	for i, row := range rows {
		if column.IsNull(int(row)) {
			mask[i/64] &^= 1 << (i % 64)
		}
	}
}

// inlined is DuckDB's string of at most 12 bytes (duckdb_string_t in duckdb.h).
type inlined struct {
	length uint32
	bytes  [12]byte
}

// fillStrings relies on the decoder, which lets only valid UTF-8 into a batch.
func fillStrings(vector capi.Vector, data unsafe.Pointer, column *array.String, rows []int32) {
	for i, row := range rows {
		if column.IsNull(int(row)) {
			continue
		}
		s := column.Value(int(row))
		if len(s) > len(inlined{}.bytes) {
			capi.UnsafeVectorAssignStringElementLen(vector, capi.IdxT(i), unsafe.Slice(unsafe.StringData(s), len(s)))
			continue
		}
		short := inlined{length: uint32(len(s))}
		copy(short.bytes[:], s)
		*(*inlined)(unsafe.Add(data, i*int(unsafe.Sizeof(short)))) = short
	}
}

// listEntry is where a list's elements stand in the child vector (duckdb_list_entry in duckdb.h).
type listEntry struct{ offset, length uint64 }

func fillLists(vector capi.Vector, column *array.List, rows []int32) error {
	offsets := column.Offsets()
	base := column.Data().Offset()
	entries := unsafe.Slice((*listEntry)(capi.VectorGetData(vector)), len(rows))
	var elements []int32
	for i, row := range rows {
		entries[i] = listEntry{offset: uint64(len(elements))}
		if column.IsNull(int(row)) {
			continue
		}
		from, to := offsets[base+int(row)], offsets[base+int(row)+1]
		entries[i].length = uint64(to - from)
		for e := from; e < to; e++ {
			elements = append(elements, e)
		}
	}
	if capi.ListVectorReserve(vector, capi.IdxT(len(elements))) != capi.StateSuccess ||
		capi.ListVectorSetSize(vector, capi.IdxT(len(elements))) != capi.StateSuccess {
		return fmt.Errorf("reserve %d list elements", len(elements))
	}
	return fill(capi.ListVectorGetChild(vector), column.ListValues(), elements)
}
