package pipeline_test

import (
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"desklake/extract/zendesk"
	"desklake/internal/zendesktest"
	"desklake/schema"
)

// misfits are values that do not fit columns of a type.
var misfits = map[schema.Type]string{
	schema.Int: `"many"`, schema.Float: `[0.5]`, schema.Text: `{"text":17.50}`, schema.Bool: `"yes"`, schema.Time: `"yesterday"`,
	schema.Unix: `"soon"`, schema.Ints: `["a",1]`, schema.Texts: `[1,"a"]`, schema.Struct: `"none"`,
}

// sentAs are the names under which the ticket event export sends what has another name in the table.
var sentAs = map[string]string{"author_id": "updater_id"}

func TestEveryColumnAndEveryUnknownFieldCanDrift(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 60, Documented: true})
		want := map[string]int64{}
		for _, table := range zendesk.Tables() {
			l.desk.Drift(table.Name, "brand_new", `{"a":[1,2.50,null],"b":"ž"}`)
			want[table.Name+".brand_new"]++
			for _, c := range table.Columns {
				misfit, typed := misfits[c.Type]
				if !typed || c.Name == table.Key || c.Name == table.Deleted.Column || !sent(table, c.Name) {
					continue
				}
				name := c.Name
				if table.Name == "ticket_audits" && sentAs[name] != "" {
					name = sentAs[name]
				}
				l.desk.Drift(table.Name, name, misfit)
				want[table.Name+"."+c.Name]++
			}
		}
		// The column that event_type repeats has another type now, and so differs from it.
		want["ticket_comments.event_type"]++

		result := l.sync()
		l.equalsHelpdesk(allTables...)
		if diff := cmp.Diff(want, l.issuesByColumn()); diff != "" {
			t.Errorf("issue rows a column (-want +got):\n%s", diff)
		}
		issues := 0
		for _, s := range result.Streams {
			issues += s.Issues
		}
		if issues != len(want) {
			t.Errorf("the result counts %d issues, want %d", issues, len(want))
		}
	})
}

// sent reports whether the helpdesk gives the column's field by itself, or takes it for a new one.
func sent(table *schema.Table, column string) bool {
	// Without its own time an event of the export has that of its timestamp, which then is a field that no column knows.
	return table.Name+"."+column != "ticket_audits.created_at"
}

func (l *lake) issuesByColumn() map[string]int64 {
	l.t.Helper()
	c := l.read()
	defer c.close()
	found := map[string]int64{}
	c.query("SELECT table_name || '.' || column_name, count(*) FROM desklake.issues GROUP BY ALL", func(v []any) {
		found[v[0].(string)] = v[1].(int64)
	})
	return found
}

// The lists give every record in every run: what drifts there arrives without any other change, and goes again.
func TestDriftThatComesLaterAndGoesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 20, Documented: true})
		drift := map[string]string{"groups": "name", "group_memberships": "default", "ticket_fields": "position", "ticket_forms": "ticket_field_ids",
			"macros": "active", "tags": "count", "sla_policies": "created_at"}
		tables := slices.Sorted(maps.Keys(drift))
		l.sync(tables...)
		for range 2 {
			for table, field := range drift {
				c, _ := columnOf(tableOf(table), field)
				l.desk.Drift(table, field, misfits[c.Type])
			}
			l.settle()
			l.sync(tables...)
			l.equalsHelpdesk(tables...)
			for table, field := range drift {
				l.desk.Drift(table, field, "")
			}
			l.sync(tables...)
			l.equalsHelpdesk(tables...)
		}
		for name, n := range l.issuesByColumn() {
			if n != 1 {
				t.Errorf("%s has %d issue rows", name, n)
			}
		}
		if n := l.number("SELECT count(*) FROM desklake.issues WHERE last_seen > first_seen"); n != int64(len(drift)) {
			t.Errorf("%d issues were met again", n)
		}
	})
}

func TestTextThatIsNoTextArrivesAsFarAsItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 20, Documented: true})
		l.desk.Drift("users", "notes", zendesktest.LoneSurrogate)
		l.desk.Drift("organizations", "details", zendesktest.NUL)
		l.desk.Drift("macros", "description", zendesktest.InvalidUTF8)
		l.desk.Drift("tickets", "brand_new", zendesktest.LoneSurrogate)
		l.sync()
		l.equalsHelpdesk(allTables...)
	})
}
