package pipeline_test

import (
	"maps"
	"reflect"
	"slices"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
)

// equalsHelpdesk fails the test unless the tables equal the helpdesk's truth, column by column.
func (l *lake) equalsHelpdesk(tables ...string) {
	l.t.Helper()
	c := l.read()
	defer c.close()
	gone := l.deletedTickets()
	var audits map[string]fields
	if slices.Contains(tables, "ticket_comments") {
		audits = l.audits()
	}
	for _, table := range tables {
		l.tableEquals(c, tableOf(table), gone, audits)
	}
	l.booksAgree(c, tables)
}

// deletedTickets are the ids of the tickets that are deleted. What the helpdesk does not give of them any more, or never
// gave, is allowed to be in the copy or not: what was copied before stays.
func (l *lake) deletedTickets() map[string]bool {
	gone := map[string]bool{}
	for r := range l.desk.Truth("tickets") {
		if r.Deleted {
			gone[r.Key] = true
		}
	}
	return gone
}

// ofTickets are the tables whose rows stay live when their ticket is deleted: tickets says that it is.
var ofTickets = map[string]bool{"ticket_audits": true, "ticket_comments": true, "ticket_metrics": true}

func (l *lake) tableEquals(c copied, table *schema.Table, gone map[string]bool, audits map[string]fields) {
	l.t.Helper()
	rows, wrong := c.rows(table), 0
	report := func(key, format string, args ...any) {
		l.t.Helper()
		if wrong++; wrong <= 3 {
			l.t.Errorf(table.Name+" "+key+": "+format, args...)
		}
	}
	seen := map[string]bool{}
	for r := range l.desk.Truth(table.Name) {
		seen[r.Key] = true
		row, there := rows[r.Key]
		if !there {
			if never := r.Gone || l.full && ofTickets[table.Name] && r.Deleted; !never {
				report(r.Key, "missing")
			}
			continue
		}
		if deleted := r.Deleted && !ofTickets[table.Name]; deleted != (row[schema.DeletedAt] != nil) {
			report(r.Key, "deleted: %v, _desklake_deleted_at: %v (a mark of deletion stands as Deleted in the table, and in the list of the helpdesk)", deleted, row[schema.DeletedAt])
		}
		if r.Gone {
			continue // nobody may have seen its last changes
		}
		if want, got := wanted(table, l.recordOf(table.Name, r, audits)), source(row); !reflect.DeepEqual(want, got) {
			report(r.Key, "(-helpdesk +copy)\n%.2000s", cmp.Diff(want, got))
		}
	}
	for key, row := range rows {
		if !seen[key] && !(ofTickets[table.Name] && gone[text(row["ticket_id"])]) {
			report(key, "the helpdesk has no such record")
		}
	}
	if wrong > 3 {
		l.t.Errorf("%s: %d of %d rows are wrong", table.Name, wrong, len(seen))
	}
	if len(seen) == 0 {
		l.t.Errorf("%s: there is nothing to compare", table.Name)
	}
}

// source are a row's values but for what desklake adds by itself.
func source(row fields) fields {
	row = maps.Clone(row)
	for _, name := range []string{schema.ExtractedAt, schema.RunID, schema.DeletedAt} {
		delete(row, name)
	}
	return row
}

// booksAgree fails the test unless desklake's own tables agree with the others: every row was inserted once and by a
// run that is known.
func (l *lake) booksAgree(c copied, tables []string) {
	l.t.Helper()
	for _, table := range tables {
		c.query("SELECT count(*), count("+schema.ExtractedAt+"), count(r.run_id) FROM "+table+
			" LEFT JOIN desklake.runs r ON r.run_id = "+schema.RunID, func(v []any) {
			if !reflect.DeepEqual(v[1], v[0]) || !reflect.DeepEqual(v[2], v[0]) {
				l.t.Errorf("%s: of %v rows %v say when they were extracted, %v by which run", table, v[0], v[1], v[2])
			}
		})
		c.query("SELECT (SELECT count(*) FROM "+table+"), sum(inserted)::BIGINT FROM desklake.loads WHERE table_name = ?", func(v []any) {
			if !reflect.DeepEqual(v[0], v[1]) {
				l.t.Errorf("%s: %v rows, but %v were inserted", table, v[0], v[1])
			}
		}, table)
	}
}
