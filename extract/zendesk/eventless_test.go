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
	for name, instead := range map[string]string{"absent": `"was":[`, "null": `"child_events":null,"was":[`} {
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
						r.run("ticket_audits", "ticket_comments")
						time.Sleep(2 * time.Minute)
					}
					fault = true
					for range 2 {
						r.issues = nil
						r.run("ticket_audits", "ticket_comments")
						if !rowMissing(r.issues, "ticket_comments") {
							t.Errorf("nothing says that rows are missing: %+v", r.issues)
						}
						time.Sleep(24 * time.Hour)
						desk.Change(testRand(t), 60)
						time.Sleep(2 * time.Minute)
					}
					fault, r.issues = false, nil
					r.run("ticket_audits", "ticket_comments")
					if rowMissing(r.issues, "ticket_comments") {
						t.Errorf("issues: %+v", r.issues)
					}
					r.holds(desk, "ticket_audits")
					r.holds(desk, "ticket_comments")
				})
			})
		}
	}
}

// Without the include that is asked for, comments come without their text: taken for what they are, they would overwrite it.
func TestCommentsOfTheExportWithoutTheirTextAreABadAnswer(t *testing.T) {
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
		for range 2 {
			r.run("ticket_comments")
			r.holds(desk, "ticket_comments")
			time.Sleep(2 * time.Minute)
			left = 1
		}
		left = 1_000_000
		r.try("ticket_comments")
		if err := r.errs["ticket_events"]; err == nil || !strings.Contains(err.Error(), "without its text") {
			t.Errorf("error: %v", err)
		} else {
			isToldAsTheHelpdesksOwn(t, err)
		}
		r.holds(desk, "ticket_comments")
	})
}
