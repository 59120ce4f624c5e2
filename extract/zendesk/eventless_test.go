package zendesk

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
)

// rowMissing reports that an issue says of the table that a record has no row.
func rowMissing(issues []issue, table string) bool {
	return slices.ContainsFunc(issues, func(i issue) bool { return i.NoRow && i.Table == table })
}

// auditsOf lets the audits of a ticket be changed before they come, as long as the fault lasts.
func auditsOf(desk *zendesktest.Server, ticket int, fault *bool, change func(body string) string) http.RoundTripper {
	return rewrite(desk.Transport(), func(r *http.Request, body string) string {
		if *fault && strings.Contains(r.URL.Path, fmt.Sprintf("/tickets/%d/audits", ticket)) {
			return change(body)
		}
		return body
	})
}

func TestAuditsThatCanNotBeAllOfATicketAreAskedForAgain(t *testing.T) {
	t.Parallel()
	events := regexp.MustCompile(`"events":\[`)
	for name, change := range map[string]func(body string) string{
		"none":               func(string) string { return `{"audits":[],"meta":{"has_more":false},"links":{}}` },
		"another ticket's":   func(body string) string { return strings.ReplaceAll(body, `"ticket_id":7,`, `"ticket_id":8,`) },
		"without events":     func(body string) string { return events.ReplaceAllString(body, `"was":[`) },
		"with null for them": func(body string) string { return events.ReplaceAllString(body, `"events":null,"was":[`) },
		"without a text":     func(body string) string { return strings.ReplaceAll(body, `"body":`, `"was":`) },
		"with null for it":   func(body string) string { return strings.ReplaceAll(body, `"body":`, `"body":null,"was":`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 30, TicketBytes: 500, AuditsPerTicket: 2})
				fault := true
				r := newReplica(t, desk, Options{AuditsInFull: true, Transport: auditsOf(desk, 7, &fault, change)})
				for range 2 {
					r.issues = nil
					r.run("ticket_audits", "ticket_comments")
					if !rowMissing(r.issues, "ticket_comments") {
						t.Errorf("nothing says that rows are missing: %+v", r.issues)
					}
					time.Sleep(time.Hour)
				}
				fault, r.issues = false, nil
				r.run("ticket_audits", "ticket_comments")
				if rowMissing(r.issues, "ticket_comments") {
					t.Errorf("issues: %+v", r.issues)
				}
				r.holds(desk, "ticket_audits")
				r.holds(desk, "ticket_comments")
				desk.Forget()
				if r.run("ticket_audits", "ticket_comments"); desk.Count("tickets/*/audits") > 0 {
					t.Error("what came is asked for again")
				}
			})
		})
	}
}

func TestEventsOfTheExportWithoutTheirListAreAskedForAgain(t *testing.T) {
	t.Parallel()
	both, alone := []string{"ticket_audits", "ticket_comments"}, []string{"ticket_audits"}
	for name, tables := range map[string][]string{"absent": both, "null": both, "absent, audits alone": alone, "null, audits alone": alone} {
		instead := `"was":[`
		if strings.HasPrefix(name, "null") {
			instead = `"child_events":null,"was":[`
		}
		for when, first := range map[string]bool{"at once": false, "when they are met again": true} {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 30, TicketBytes: 500, AuditsPerTicket: 2})
					fault := false
					r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), func(_ *http.Request, body string) string {
						if fault {
							body = strings.Replace(body, `"child_events":[`, instead, 1)
						}
						return body
					})})
					if first {
						r.run(tables...)
						time.Sleep(2 * time.Minute)
					}
					fault = true
					for range 2 {
						r.issues = nil
						r.run(tables...)
						for _, table := range tables {
							if !rowMissing(r.issues, table) {
								t.Errorf("%s: nothing says that rows are missing: %+v", table, r.issues)
							}
						}
						for id, audit := range r.rows["ticket_audits"] {
							if e := string(audit["events"]); e == "" || e == "null" {
								t.Errorf("the audit %s has no events", id)
							}
						}
						time.Sleep(24 * time.Hour)
						desk.Change(testRand(t), 60)
						time.Sleep(2 * time.Minute)
					}
					fault, r.issues = false, nil
					r.run(tables...)
					for _, table := range tables {
						if rowMissing(r.issues, table) {
							t.Errorf("issues: %+v", r.issues)
						}
						r.holds(desk, table)
					}
				})
			})
		}
	}
}

// Without the include that is asked for, comments come without their text: taken for what they are, they would overwrite it.
func TestCommentsOfTheExportWithoutTheirTextAreAskedForAgain(t *testing.T) {
	t.Parallel()
	for name, tables := range map[string][]string{"both": {"ticket_audits", "ticket_comments"}, "audits alone": {"ticket_audits"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 30, TicketBytes: 500, AuditsPerTicket: 2})
				left := 0
				r := newReplica(t, desk, Options{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
					if left > 0 && strings.Contains(q.URL.Path, "ticket_events") {
						left--
						v := q.URL.Query()
						v.Del("include")
						q = q.Clone(q.Context())
						q.URL.RawQuery = v.Encode()
					}
					return desk.Transport().RoundTrip(q)
				})})
				run := func() (missing bool) {
					r.issues = nil
					r.run(tables...)
					time.Sleep(2 * time.Minute)
					return rowMissing(r.issues, tables[len(tables)-1])
				}
				for range 2 {
					if run() {
						t.Errorf("issues: %+v", r.issues)
					}
					r.holds(desk, tables[len(tables)-1])
					left = 1
				}
				if left = 1_000_000; !run() {
					t.Errorf("nothing says that the text of comments is missing: %+v", r.issues)
				}
				if len(tables) > 1 {
					r.holds(desk, "ticket_comments")
				}
				if left = 0; run() {
					t.Errorf("issues: %+v", r.issues)
				}
				for _, table := range tables {
					r.holds(desk, table)
				}
			})
		})
	}
}

// One comment whose text never comes keeps no other from arriving, and is given up after a week.
func TestACommentThatNeverHasATextIsLeftOut(t *testing.T) {
	t.Parallel()
	for name, instead := range map[string]string{"absent": `"was":`, "null": `"body":null,"was":`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 30, TicketBytes: 500, AuditsPerTicket: 2})
				lost := regexp.MustCompile(`(\{"id":` + someWritten(t, desk) + `,.{1,300}?)"body":`)
				r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), func(_ *http.Request, body string) string {
					return lost.ReplaceAllString(body, "${1}"+instead)
				})})
				for day := range 12 {
					r.issues = nil
					r.run("ticket_audits", "ticket_comments")
					if missing := rowMissing(r.issues, "ticket_comments"); missing != (day < 10) {
						t.Errorf("day %d: a row is missing: %v, issues %+v", day, missing, r.issues)
					}
					if told := says(r.issues, "given up"); told != (day == 9) {
						t.Errorf("day %d: given up: %v", day, told)
					}
					if got, want := len(r.rows["ticket_comments"]), countOf(desk, "ticket_comments")-1; got != want {
						t.Errorf("%d comments, want %d", got, want)
					}
					if got, want := len(r.rows["ticket_audits"]), countOf(desk, "ticket_audits"); got != want {
						t.Errorf("%d audits, want %d", got, want)
					}
					time.Sleep(23 * time.Hour)
				}
			})
		})
	}
}

// someWritten is the id of a comment that is no call.
func someWritten(t *testing.T, desk *zendesktest.Server) string {
	t.Helper()
	for record := range desk.Truth("ticket_comments") {
		if strings.Contains(string(record.JSON), `"type":"Comment"`) {
			return record.Key
		}
	}
	t.Fatal("the helpdesk has no written comment")
	return ""
}

func countOf(desk *zendesktest.Server, table string) (n int) {
	for range desk.Truth(table) {
		n++
	}
	return n
}
