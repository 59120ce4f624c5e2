package duckdb

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	capi "github.com/duckdb/duckdb-go-bindings"

	"desklake/schema"
)

// changed returns those of the rows whose contents differ from what the target has.
func (m *merge) changed(ctx context.Context, record arrow.RecordBatch, rows []int32, old map[int32]found) (changed []int32, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	row := make(map[int64]int32, len(rows)) // by row id
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = old[r].rowID
		row[ids[i]] = r
	}
	var names []string
	var columns []arrow.Array
	for i, name := range columnNames(m.table) {
		switch name {
		case schema.ExtractedAt, schema.RunID, schema.DeletedAt, m.table.Key:
		default:
			names, columns = append(names, name), append(columns, record.Column(i))
		}
	}
	sql := fmt.Sprintf("SELECT t.rowid, %s FROM %s t JOIN (SELECT unnest(%s) AS id) k ON t.rowid = k.id", list(names), m.target, intList("$1"))
	err = m.conn.queryChunks(ctx, sql, []any{ids}, func(_ *capi.Result, chunk capi.DataChunk) error {
		n := int(capi.DataChunkGetSize(chunk))
		same := make([]equal, len(columns))
		for i, column := range columns {
			if same[i], err = compare(capi.DataChunkGetVector(chunk, capi.IdxT(i+1)), n, column); err != nil {
				return err
			}
		}
		for i, id := range vectorOf[int64](capi.DataChunkGetVector(chunk, 0), n) {
			r := row[id]
			if slices.ContainsFunc(same, func(same equal) bool { return !same(i, int(r)) }) {
				changed = append(changed, r)
			}
		}
		return nil
	})
	return changed, err
}
