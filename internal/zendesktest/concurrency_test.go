package zendesktest

import (
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

func TestChangesWhileClientsReadLoseNothing(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := someDay
	s := helpdesk(Options{Tickets: 150, Users: 80, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}})
	done := make(chan struct{})
	var readers sync.WaitGroup
	for _, path := range []string{
		"incremental/tickets/cursor?start_time=0&include=metric_sets", "incremental/ticket_events?start_time=0&include=comment_events",
		"macros?page[size]=5", "satisfaction_ratings", "tickets/count", "tickets/7/audits",
	} {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				r, err := s.Client().Get("https://x/api/v2/" + path)
				if err != nil {
					t.Error(path, err)
					return
				}
				if _, err := io.Copy(io.Discard, r.Body); err != nil || r.StatusCode >= 500 {
					t.Error(path, r.StatusCode, err)
				}
				_ = r.Body.Close()
			}
		})
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		s.Change(rng, 10)
		for range s.Truth("ticket_comments") {
			break
		}
		mu.Lock()
		now = now.Add(time.Minute)
		mu.Unlock()
	}
	close(done)
	readers.Wait()
	mu.Lock()
	now = now.Add(time.Hour)
	mu.Unlock()
	same(t, "tickets", truth(s, "tickets"), walkCursor(t, s, "tickets", "&support_type_scope=all"))
	same(t, "organizations", truth(s, "organizations"), walkTime(t, s, "organizations", ""))
}

func TestKeptPagesAreTheSameAndAreForgottenAtAChange(t *testing.T) {
	t.Parallel()
	c := &clock{someDay}
	s, fresh := helpdesk(Options{Tickets: 50, Now: c.read, Cache: true}), helpdesk(Options{Tickets: 50, Now: c.read})
	for range 2 {
		same(t, "tickets", walkCursor(t, fresh, "tickets", "&per_page=9"), walkCursor(t, s, "tickets", "&per_page=9"))
	}
	s.TouchTicket(4)
	c.now = c.now.Add(time.Hour)
	same(t, "after a change", truth(s, "tickets"), walkCursor(t, s, "tickets", "&support_type_scope=all"))
}

func TestTheSameChangesAreMadeForTheSameDice(t *testing.T) {
	t.Parallel()
	a, b := helpdesk(Options{Tickets: 60}), helpdesk(Options{Tickets: 60})
	a.Change(rand.New(rand.NewPCG(9, 9)), 150)
	b.Change(rand.New(rand.NewPCG(9, 9)), 150)
	for _, table := range a.Tables() {
		same(t, table, truth(a, table), truth(b, table))
	}
}
