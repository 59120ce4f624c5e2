package zendesk

import (
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
)

func TestExportsArriveWholeAndNothingIsReadTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 2500, Users: 1200, Organizations: 1100, TicketBytes: 600})
		r := newReplica(t, desk, Options{})
		tables := []string{"tickets", "ticket_metrics", "users", "organizations"}
		r.run(tables...)
		for _, table := range tables {
			r.holds(desk, table)
		}
		if got := desk.Count("incremental/tickets/cursor"); got != 3 {
			t.Errorf("2500 tickets took %d requests, want 3", got)
		}
		if unknown := desk.Unknown(); len(unknown) > 0 {
			t.Errorf("no documentation names %v", unknown)
		}

		desk.Forget()
		r.read = 0
		r.run(tables...)
		if n := len(desk.Requests()); n > 2*3 {
			t.Errorf("a second sync with nothing new took %d requests of 3 streams", n)
		}
		if r.cost.Waited != 0 {
			t.Errorf("waited %v without need", r.cost.Waited)
		}
	})
}

func TestChangesBetweenTwoSyncsArrive(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 300})
		r := newReplica(t, desk, Options{})
		tables := []string{"tickets", "ticket_metrics", "users", "organizations"}
		r.run(tables...)
		for range 5 {
			time.Sleep(3 * time.Minute)
			desk.Change(testRand(t), 100)
			time.Sleep(2 * time.Minute)
			r.run(tables...)
		}
		for _, table := range tables {
			r.holds(desk, table)
		}
	})
}
