package duckdb

import (
	"context"
	"strings"

	"desklake/schema"
	"desklake/sink"
)

// plan is what to do with a batch.
type plan struct {
	rows      []int32         // positions of the rows that go in
	dead      []int64         // row ids of the target in whose place they go
	deletedAt map[int32]int64 // by position: when it was learnt that a row is gone, if that was known before it
	counts    sink.Counts
}

// plan decides by the rule of sink.Tx.Write, for what sink.Latest returns.
func (m *merge) plan(ctx context.Context, batch schema.Batch, rows []int32, deletion func(int32) sink.Deletion, old map[int32]found) (plan, error) {
	age := sink.Ages(batch)
	deletedAt := batch.Record.Column(m.table.Column(schema.DeletedAt))
	p := plan{deletedAt: map[int32]int64{}}
	deleted := func(row int32) bool {
		d := deletion(row)
		return d.At != nil || !d.Said && old[row].isDeleted
	}
	var alike []int32 // as old, and as much deleted: their contents decide
	for _, row := range rows {
		was, known := old[row]
		if at := deletion(row).At; at != nil && deletedAt.IsNull(int(row)) {
			p.deletedAt[row] = *at
		}
		if !known {
			p.rows = append(p.rows, row)
			p.counts.Inserted++
			continue
		}
		isDeleted := deleted(row)
		later, _ := age(row).Supersedes(was.age, func() (bool, error) {
			if isDeleted == was.isDeleted {
				alike = append(alike, row)
			}
			return isDeleted != was.isDeleted, nil
		})
		if later {
			p.replace(row, was, isDeleted)
		}
	}
	changed, err := m.changed(ctx, batch.Record, alike, old)
	for _, row := range changed {
		p.replace(row, old[row], deleted(row))
	}
	return p, err
}

// replace puts a row in the place of what was there.
func (p *plan) replace(row int32, was found, isDeleted bool) {
	p.rows = append(p.rows, row)
	p.dead = append(p.dead, was.rowID)
	switch {
	case isDeleted && was.isDeleted:
		p.deletedAt[row] = was.deleted
		p.counts.Updated++
	case isDeleted:
		p.counts.Deleted++
	default:
		p.counts.Updated++
	}
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
