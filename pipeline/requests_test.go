package pipeline_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"desklake/internal/zendesktest"
)

// What a first sync of tickets with ten audits each costs, and one with nothing new.
func TestRequestsOfAFirstAndOfAnIdleSync(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		full                 bool
		tickets, beyondFirst int // pages that the streams have beside their first ones
	}{{false, 1000, 13}, {true, 100, 103}} {
		t.Run(fmt.Sprintf("full: %v", c.full), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, c.full, zendesktest.Options{Tickets: c.tickets, AuditsPerTicket: 10})
				result := l.sync()
				first := l.desk.Count("")
				booked := 0
				for _, s := range result.Streams {
					booked += s.Requests
				}
				if stored := l.number("SELECT sum(requests)::BIGINT FROM desklake.loads"); booked != first || stored != int64(first) {
					t.Errorf("%d requests, of which the result has %d and desklake.loads %d", first, booked, stored)
				}
				l.desk.Forget()
				l.settle()
				idle := l.sync()
				t.Logf("%d tickets: %d requests, then %d", c.tickets, first, l.desk.Count(""))
				if most := len(result.Streams) + c.beyondFirst + 1; first > most { // and as whom it reads
					t.Errorf("%d requests, want at most %d", first, most)
				}
				for _, s := range idle.Streams {
					for table, n := range s.Counts {
						if n.Inserted+n.Updated+n.Deleted != 0 {
							t.Errorf("%s: with nothing new %+v", table, n)
						}
					}
					if s.Requests > 2 {
						t.Errorf("%s: with nothing new %d requests", s.Stream, s.Requests)
					}
				}
			})
		})
	}
}
