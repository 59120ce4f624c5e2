package duckdb

import (
	"context"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/schema"
	"desklake/sink"
)

// plan is what to do with a batch.
type plan struct {
	rows      []int32         // positions of the rows that go in
	dead      []int64         // row ids of the target in whose place they go
	deletedAt map[int32]int64 // by position: when it was learnt that a row is gone, if that was known before it
	counts    sink.Counts
	live      int64 // how many more live rows that makes
}

// plan decides by the rule of sink.Tx.Write, for what sink.Latest returns.
func (m *merge) plan(ctx context.Context, batch schema.Batch, rows []int32, deletion func(int32) sink.Deletion, old map[int32]found) (plan, error) {
	age := sink.Ages(batch)
	deletedAt := batch.Record.Column(m.table.Column(schema.DeletedAt)).(*array.Timestamp)
	p := plan{deletedAt: map[int32]int64{}}
	var alike []int32 // as old, and as much deleted: their contents decide
	for _, row := range rows {
		was, known := old[row]
		gone := deletion(row).Over(was.gone)
		if gone != nil && (deletedAt.IsNull(int(row)) || int64(deletedAt.Value(int(row))) != *gone) {
			p.deletedAt[row] = *gone
		}
		if !known {
			p.rows = append(p.rows, row)
			p.counts.Inserted++
			p.live += lives(gone == nil)
			continue
		}
		turned := (gone != nil) != (was.gone != nil)
		later, _ := age(row).Supersedes(was.age, func() (bool, error) {
			if !turned {
				alike = append(alike, row)
			}
			return turned, nil
		})
		if later {
			p.replace(row, was, gone != nil)
		}
	}
	changed, err := m.changed(ctx, batch.Record, alike, old)
	for _, row := range changed {
		p.replace(row, old[row], old[row].gone != nil)
	}
	return p, err
}

// replace puts a row in the place of what was there.
func (p *plan) replace(row int32, was found, isGone bool) {
	p.rows = append(p.rows, row)
	p.dead = append(p.dead, was.rowID)
	p.counts.Replace(was.gone != nil, isGone)
	p.live += lives(!isGone) - lives(was.gone == nil)
}

// lives is 1 for a live row.
func lives(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

func columnNames(t *schema.Table) []string {
	all := t.AllColumns()
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	return names
}

// list makes a list of quoted columns.
func list(columns []string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = quote(c)
	}
	return strings.Join(quoted, ", ")
}
