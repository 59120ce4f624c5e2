package zendesk

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
)

func TestAnIdleNightTakesOneRequestAStream(t *testing.T) {
	t.Parallel()
	for name, cursor := range map[string]func(asked string) string{
		"no cursor": func(string) string { return "null" }, "the same cursor": func(asked string) string { return `"` + asked + `"` },
		"a cursor that moved": func(string) string { return `"` + place{time.Now().Unix() - 70, 9}.cursor() + `"` },
	} {
		for _, table := range []string{"tickets", "users", "organizations", "ticket_comments"} {
			t.Run(table+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 50, Users: 50, TicketBytes: 500})
					r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), func(r *http.Request, body string) string {
						return strings.Replace(body, `"after_cursor":null`, `"after_cursor":`+cursor(r.URL.Query().Get("cursor")), 1)
					})})
					r.run(table)
					for range 3 {
						time.Sleep(day)
						desk.Forget()
						before := r.positions[r.source.catalog().Select([]string{table})[0].Name]
						if r.run(table); desk.Count("") != 1 {
							t.Errorf("%d requests", desk.Count(""))
						}
						if after := r.positions[r.source.catalog().Select([]string{table})[0].Name]; after != before {
							t.Errorf("the place moved from %v to %v without a row", before, after)
						}
					}
					time.Sleep(time.Hour)
					added := itoa(desk.Add(strings.Replace(table, "ticket_comments", "tickets", 1)))
					time.Sleep(time.Hour)
					r.run(table)
					if _, ok := r.rows[table][added]; !ok && table != "ticket_comments" {
						t.Error("what was added is missing")
					}
					r.holds(desk, table)
				})
			})
		}
	}
}

func TestACursorWithoutAShapeIsNotTakenFromAnEmptyEnd(t *testing.T) {
	t.Parallel()
	for _, after := range []int{0, 2} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, _, l := withTimeline(t, true)
				e := &ending{after: after, times: 2, ahead: -time.Hour}
				r := newReplica(t, nil, Options{Transport: e.ends(t, l)})
				r.run("users")
				e.times = 0
				r.run("users")
				for _, row := range l.rows {
					if _, ok := r.rows["users"][itoa(int64(row.id))]; !ok {
						t.Errorf("row %d is missing", row.id)
					}
				}
			})
		})
	}
}

// Where the times of rows are not what orders the export, they don't hold it up.
func TestATimeExportThatGoesByAnotherTimeThanItsRowsShowGoesOn(t *testing.T) {
	t.Parallel()
	at := func(unix int64) time.Time { return time.Unix(unix, 0) }
	for name, test := range map[string]struct {
		first, latest int64
		last          bool
		leads         int64
	}{
		"the last page, whose last row is earlier":                 {110, 120, true, 120},
		"the last page, with one row, which is at its beginning":   {100, 100, true, 100},
		"the last page, with a row from in front of it":            {90, 120, true, 150},
		"a page that is not the last":                              {110, 120, false, 120},
		"a page that is not the last, and would lead nowhere":      {100, 100, false, 150},
		"the last page, whose rows are as late as it says":         {110, 150, true, 150},
		"the last page, one of whose rows is later than it says":   {110, 170, true, 150},
		"a page that is not the last, with a row from in front of": {90, 120, false, 120},
	} {
		f := fetched{envelope: &envelope{rows: 3, first: at(test.first), latest: at(test.latest), end: 150, told: true, last: test.last}}
		if leads := f.leads(100); leads != test.leads {
			t.Errorf("%s: it leads to %d, not to %d", name, leads, test.leads)
		}
	}
}

func TestAnEmptyReadingOfAllRatingsIsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 200, TicketBytes: 500})
		empty := false
		r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), func(_ *http.Request, body string) string {
			if empty {
				return emptied("satisfaction_ratings")
			}
			return body
		})})
		position := r.source.catalog().Select([]string{"satisfaction_ratings"})[0].Name
		r.run("satisfaction_ratings")
		m, _ := readMark[ratingsMark](r.positions[position], ratingsForm)
		m.Filter, m.Full = byCreation, m.Full-int64(32*day/time.Second) // a month went by
		r.positions[position] = m.position(r.positions[position].HighWater)
		empty = true
		r.run("satisfaction_ratings")
		empty, r.read = false, 0
		time.Sleep(time.Hour)
		r.run("satisfaction_ratings")
		if r.read < len(r.rows["satisfaction_ratings"]) {
			t.Errorf("%d of %d ratings were read again", r.read, len(r.rows["satisfaction_ratings"]))
		}
	})
}
