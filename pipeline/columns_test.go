package pipeline_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"desklake/extract/zendesk"
	"desklake/internal/zendesktest"
	"desklake/schema"
)

// seldom are the fields that the helpdesk does not give by itself: those that only some plans or channels have, and those
// that are documented as write-only, which Zendesk as a rule does not return.
var seldom = []struct{ table, field, raw string }{
	{"tickets", "collaborators", `[562,"someone@example.com"]`},
	{"tickets", "macro_ids", `[44000000000009]`},
	{"tickets", "via_followup_source_id", `7`},
	{"users", "suspension_details", `{"reason":"spam"}`},
	{"users", "separation", `{"scope":"brand","brand_id":36000333000029}`},
	{"organizations", "ticket_restriction", `"organization"`},
	{"ticket_comments", "via_reference_id", `36000999000067`},
	{"ticket_forms", "deleted_at", `"2026-11-20T12:00:00Z"`},
}

func TestEveryColumnIsFilled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 250})
		for _, s := range seldom {
			for r := range l.desk.Truth(s.table) {
				id, err := strconv.ParseInt(r.Key, 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				l.desk.Set(s.table, id, s.field, s.raw)
				break
			}
		}
		l.desk.Delete("organizations", l.desk.Add("organizations"))
		l.settle()
		l.sync()
		l.equalsHelpdesk(allTables...)
		c := l.read()
		defer c.close()
		for _, table := range zendesk.Tables() {
			var names, counts []string
			each(table.Columns, "", func(path string) {
				names, counts = append(names, path), append(counts, "count("+path+")")
			})
			c.query("SELECT "+strings.Join(counts, ", ")+" FROM "+table.Name, func(values []any) {
				for i, n := range values {
					if n == int64(0) {
						t.Errorf("%s.%s is null in every row", table.Name, strings.ReplaceAll(names[i], `"`, ""))
					}
				}
			})
		}
	})
}

// each calls f with the path of every column, and of every field of a struct.
func each(columns []schema.Column, within string, f func(path string)) {
	for _, c := range columns {
		path := within + fmt.Sprintf("%q", c.Name)
		f(path)
		each(c.Fields, path+".", f)
	}
}
