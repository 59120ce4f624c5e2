package zendesk

import (
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
)

// allTables are the names of all tables.
func allTables() []string {
	var names []string
	for _, t := range Tables() {
		names = append(names, t.Name)
	}
	return names
}

// holdsAll fails the test unless all tables equal the helpdesk's truth.
func (r *replica) holdsAll(desk *zendesktest.Server) {
	r.t.Helper()
	for _, table := range allTables() {
		r.holds(desk, table)
	}
}

func TestAllTablesEqualTheHelpdesk(t *testing.T) {
	t.Parallel()
	for name, full := range map[string]bool{"audits: events": false, "audits: full": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 120, TicketBytes: 1500})
				r := newReplica(t, desk, Options{AuditsInFull: full})
				r.run(allTables()...)
				r.holdsAll(desk)
				for range 4 {
					time.Sleep(3 * time.Minute)
					desk.Change(testRand(t), 60)
					time.Sleep(2 * time.Minute)
					r.run(allTables()...)
				}
				r.holdsAll(desk)
				if unknown := desk.Unknown(); len(unknown) > 0 {
					t.Errorf("no documentation names %v", unknown)
				}
			})
		})
	}
}
