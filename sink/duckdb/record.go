package duckdb

import (
	"fmt"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	capi "github.com/duckdb/duckdb-go-bindings"

	"desklake/schema"
)

// record builds a batch out of the chunks of a result with the columns of the table: what fill does, the other way round.
type record struct{ *array.RecordBuilder }

func newRecord(table *schema.Table) record {
	return record{array.NewRecordBuilder(memory.DefaultAllocator, table.Arrow())}
}

func (r record) add(chunk capi.DataChunk) error {
	rows := int(capi.DataChunkGetSize(chunk))
	for i, b := range r.Fields() {
		if err := take(b, capi.DataChunkGetVector(chunk, capi.IdxT(i)), 0, rows); err != nil {
			return err
		}
	}
	return nil
}

// take appends the values of a vector from a position on, up to another.
func take(to array.Builder, vector capi.Vector, from, end int) error {
	data, mask := capi.VectorGetData(vector), capi.VectorGetValidity(vector)
	valid := func(i int) bool { return mask == nil || capi.ValidityRowIsValid(mask, capi.IdxT(i)) }
	switch to := to.(type) {
	case *array.Int64Builder:
		takeFixed(data, valid, from, end, to.AppendNull, to.Append)
	case *array.TimestampBuilder:
		takeFixed(data, valid, from, end, to.AppendNull, to.Append)
	case *array.Float64Builder:
		takeFixed(data, valid, from, end, to.AppendNull, to.Append)
	case *array.BooleanBuilder:
		takeFixed(data, valid, from, end, to.AppendNull, to.Append)
	case *array.StringBuilder:
		for i := from; i < end; i++ {
			if valid(i) {
				to.Append(capi.StringTData((*capi.StringT)(unsafe.Add(data, i*int(unsafe.Sizeof(inlined{}))))))
			} else {
				to.AppendNull()
			}
		}
	case *array.ListBuilder:
		elements := capi.ListVectorGetChild(vector)
		for i := from; i < end; i++ {
			if !valid(i) {
				to.AppendNull()
				continue
			}
			to.Append(true)
			e := *(*listEntry)(unsafe.Add(data, i*int(unsafe.Sizeof(listEntry{}))))
			if err := take(to.ValueBuilder(), elements, int(e.offset), int(e.offset+e.length)); err != nil {
				return err
			}
		}
	case *array.StructBuilder:
		for i := from; i < end; i++ {
			there := valid(i)
			to.Append(there) // a null's fields are appended, too
			for f := range to.NumField() {
				if !there {
					break
				}
				if err := take(to.FieldBuilder(f), capi.StructVectorGetChild(vector, capi.IdxT(f)), i, i+1); err != nil {
					return err
				}
			}
		}
	default:
		return fmt.Errorf("no way to read into an Arrow %s", to.Type())
	}
	return nil
}

func takeFixed[T any](data unsafe.Pointer, valid func(int) bool, from, end int, null func(), some func(T)) {
	var size T
	for i := from; i < end; i++ {
		if valid(i) {
			some(*(*T)(unsafe.Add(data, i*int(unsafe.Sizeof(size)))))
		} else {
			null()
		}
	}
}
