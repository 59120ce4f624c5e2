package zendesk

import (
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

func TestWalksThatAreBrokenOffAnywhereGoOnWithoutALoss(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{"audits: events": {}, "audits: full": {AuditsInFull: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 130, TicketBytes: 500, Macros: 130, AuditsPerTicket: 3})
				r, rng := newReplica(t, desk, o), testRand(t)
				desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(60)}) // so that there are pages to break off behind
				r.stop = func(extract.Page) bool { return rng.IntN(3) == 0 }
				rounds := 40
				if testing.Short() {
					rounds = 8
				}
				for range rounds {
					r.run(allTables()...)
					time.Sleep(20 * time.Second)
					if rng.IntN(4) == 0 {
						desk.Change(rng, 5)
					}
				}
				r.stop = nil
				time.Sleep(2 * time.Minute)
				r.run(allTables()...)
				r.holdsAll(desk)
			})
		})
	}
}

func TestAWalkOfAuditsGoesOnWhereItWasBrokenOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 450, TicketBytes: 500, AuditsPerTicket: 2})
		r := newReplica(t, desk, Options{AuditsInFull: true})
		pages := 0
		r.stop = func(extract.Page) bool { pages++; return pages == 350 }
		r.run("ticket_audits")
		r.stop = nil
		synctest.Wait() // for the answers of the walk that was broken off
		desk.Forget()
		r.run("ticket_audits")
		if n := desk.Count("tickets/*/audits"); n > 150 {
			t.Errorf("%d tickets were read behind the 350th of 450", n)
		}
		r.holds(desk, "ticket_audits")
	})
}
