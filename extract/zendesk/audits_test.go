package zendesk

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

func TestAFirstSyncOfAThousandTicketsTakesFewRequests(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 1000, AuditsPerTicket: 10, TicketBytes: 500})
		r := newReplica(t, desk, Options{})
		r.run(allTables()...)
		n := len(desk.Requests())
		if most := len(r.source.catalog().Select(allTables())) + 13; n > most {
			t.Errorf("%d requests, want at most %d", n, most)
		}
		t.Logf("%d requests, %d rows", n, r.read)
		desk.Forget()
		r.run(allTables()...)
		for _, st := range r.source.catalog().Select(allTables()) {
			literal, _ := r.source.stream(st.Name)
			if n := desk.Count(literal.endpoint[len("/api/v2/"):]); n > 2 {
				t.Errorf("%s: a second sync with nothing new took %d requests", st.Name, n)
			}
		}
	})
}

func TestTicketsWhoseAuditsAreRefusedAreTriedAgain(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]zendesktest.Effect{
		"403": zendesktest.Forbidden(), "403 without a body": zendesktest.Status(403, ""), "400": zendesktest.Status(400, ""),
		"504": zendesktest.GatewayTimeout(), "HTML": zendesktest.NotJSON(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 130, TicketBytes: 500, AuditsPerTicket: 3})
				r := newReplica(t, desk, Options{AuditsInFull: true})
				remove := desk.Inject(zendesktest.Fault{Match: "tickets/7/audits", Do: effect})
				r.run("ticket_audits", "ticket_comments")
				if !says(r.issues, "audits of the ticket with this id") {
					t.Errorf("issues: %+v", r.issues)
				}
				time.Sleep(time.Hour)
				r.run("ticket_audits", "ticket_comments")
				remove()
				time.Sleep(time.Hour)
				r.run("ticket_audits", "ticket_comments")
				r.holds(desk, "ticket_audits")
				r.holds(desk, "ticket_comments")
			})
		})
	}
}

func TestRefusalOfEveryTicketsAuditsIsNoMatterOfTickets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 200})
		desk.Inject(zendesktest.Fault{Match: "tickets/*/audits", Do: zendesktest.Forbidden()})
		r := newReplica(t, desk, Options{AuditsInFull: true})
		r.try("ticket_audits")
		if err := r.errs["ticket_audits"]; !errors.Is(err, extract.ErrPermission) {
			t.Errorf("error: %v", err)
		}
		if n := desk.Count("tickets/*/audits"); n > allRefused+auditsAtOnce {
			t.Errorf("%d requests", n)
		}
	})
}

func TestPoisonedTicketsInTheWalkOfAuditsAreReadLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 130, TicketBytes: 500, AuditsPerTicket: 3})
		r := newReplica(t, desk, Options{AuditsInFull: true})
		remove := desk.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Do: zendesktest.Poison(50)})
		r.run("ticket_audits")
		remove()
		time.Sleep(time.Hour)
		r.run("ticket_audits")
		r.holds(desk, "ticket_audits")
	})
}

func TestAuditsGoOnThroughLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{
			Tickets: 500, TicketBytes: 500, AuditsPerTicket: 2, Latency: 200 * time.Millisecond,
			Limits: zendesktest.Limits{Account: 200, Exports: 10, OneBucket: true},
		})
		r := newReplica(t, desk, Options{AuditsInFull: true})
		begun := time.Now()
		r.run("ticket_audits")
		r.holds(desk, "ticket_audits")
		forced := time.Duration(len(desk.Requests())/140) * time.Minute
		if took := time.Since(begun); took > forced*105/100+30*time.Second || desk.Limited() > 0 {
			t.Errorf("took %v for %d requests, %d of them while limited", took, len(desk.Requests()), desk.Limited())
		}
		if r.cost.Requests != len(desk.Requests()) {
			t.Errorf("the pages tell of %d requests, the helpdesk of %d", r.cost.Requests, len(desk.Requests()))
		}
	})
}
