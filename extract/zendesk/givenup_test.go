package zendesk

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
)

// Else every night would be partial for ever.
func TestAuditsThatAreNotFoundForAWeekAreGivenUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		effect zendesktest.Effect
		given  bool
	}{
		"not found":        {zendesktest.Status(404, `{"error":"RecordNotFound","description":"Not found"}`), true},
		"refused":          {zendesktest.Forbidden(), false},
		"a firewall's 404": {zendesktest.Status(404, ""), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 30, TicketBytes: 500, AuditsPerTicket: 2})
				r := newReplica(t, desk, Options{AuditsInFull: true})
				remove := desk.Inject(zendesktest.Fault{Match: "tickets/7/audits", Do: c.effect})
				for day := range 12 {
					r.issues = nil
					r.run("ticket_audits")
					last := day == 9 // it is tried again since the second run
					if missing := rowMissing(r.issues, "ticket_audits"); missing != (!c.given || day > 0 && day < 9) {
						t.Errorf("day %d: a row is missing: %v, issues %+v", day, missing, r.issues)
					}
					if told := says(r.issues, "given up"); told != (c.given && last) {
						t.Errorf("day %d: given up: %v", day, told)
					}
					time.Sleep(23 * time.Hour)
				}
				desk.Forget()
				r.run("ticket_audits")
				if asked := desk.Count("tickets/7/audits") > 0; asked == c.given {
					t.Errorf("asked for again: %v", asked)
				}
				remove()
				desk.Set("tickets", 7, "subject", `"changed"`)
				time.Sleep(time.Hour)
				r.run("ticket_audits")
				r.holds(desk, "ticket_audits")
			})
		})
	}
}

// Else every night would be partial for ever.
func TestMetricsThatDoNotComeForAWeekAreGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 60, TicketBytes: 500})
		leaveOut := rewrite(desk.Transport(), func(_ *http.Request, body string) string { return withoutMetrics(t, body, "11") })
		r := newReplica(t, desk, Options{Transport: leaveOut})
		for day := range 12 {
			r.issues = nil
			r.run("tickets", "ticket_metrics")
			if missing := rowMissing(r.issues, "ticket_metrics"); missing != (day < 9) {
				t.Errorf("day %d: a row is missing: %v, issues %+v", day, missing, r.issues)
			}
			if told := says(r.issues, "given up"); told != (day == 9) {
				t.Errorf("day %d: given up: %v", day, told)
			}
			time.Sleep(23 * time.Hour)
		}
		desk.Forget()
		if r.run("tickets", "ticket_metrics"); desk.Count("") > 1 {
			t.Errorf("%d requests where nothing is asked for again", desk.Count(""))
		}
		r.holds(desk, "tickets")
		r.holds(desk, "ticket_metrics", metricsOf(t, desk, "11"))
	})
}

// metricsOf is the id of a ticket's metrics.
func metricsOf(t *testing.T, desk *zendesktest.Server, ticket string) string {
	t.Helper()
	for record := range desk.Truth("ticket_metrics") {
		if fmt.Sprint(parse(t, record.JSON)["ticket_id"]) == ticket {
			return record.Key
		}
	}
	t.Fatalf("ticket %s has no metrics", ticket)
	return ""
}
