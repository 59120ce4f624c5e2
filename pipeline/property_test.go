package pipeline_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
	"desklake/pipeline"
	"desklake/sink"
)

var (
	seed   = flag.Uint64("seed", 0, "of the random changes; 0 for another one each time")
	rounds = flag.Int("rounds", 2, "of random changes")
)

// chance is a source of randomness that a test and the helpdesk's hooks share.
type chance struct {
	mu  sync.Mutex
	rng *rand.Rand
}

func newChance(t *testing.T) *chance {
	s := *seed
	for s == 0 {
		s = rand.Uint64()
	}
	t.Logf("go test ./pipeline -run '^%s$' -seed %d -rounds %d", t.Name(), s, *rounds)
	return &chance{rng: rand.New(rand.NewPCG(s, 1))}
}

// with calls f with the source to itself.
func (c *chance) with(f func(*rand.Rand)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c.rng)
}

func (c *chance) number(n int) (k int) {
	c.with(func(r *rand.Rand) { k = r.IntN(n) })
	return k
}

// Every table equals the helpdesk, whatever happened there meanwhile and however often runs were
// interrupted.
func TestAllTablesEqualTheHelpdeskAfterAnyHistory(t *testing.T) {
	t.Parallel()
	for name, full := range map[string]bool{"audits: events": false, "audits: full": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newChance(t)
				l := newLake(t, full, zendesktest.Options{Seed: uint64(c.number(1000)), Tickets: 60, Latency: 300 * time.Millisecond})
				l.interrupted(c)
				l.syncHistory()
				for range *rounds {
					l.settle()
					l.history(c)
					l.interrupted(c)
					l.settle()
					l.syncHistory()
					l.equalsHelpdesk(allTables...)
				}
				if unknown := l.desk.Unknown(); len(unknown) > 0 {
					t.Errorf("no documentation names %v", unknown)
				}
			})
		})
	}
}

// syncHistory is sync after a history in which a second can have as many rows as a page: whether there are more can't be
// told then, and the run says so. A list that the history has emptied is not believed either, until it is accepted, as a
// user would who knows of it.
func (l *lake) syncHistory() {
	l.t.Helper()
	result, err := l.attempt(l.t.Context(), pipeline.Job{}, nil)
	if err == nil && slices.ContainsFunc(result.Streams, doubted) {
		result, err = l.attempt(l.t.Context(), pipeline.Job{AcceptDeletes: true}, nil)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	for _, s := range result.Streams {
		if s.Err != nil && !fullSecond(s) || s.Unavailable != nil {
			l.t.Errorf("%s: %v %v", s.Stream, s.Err, s.Unavailable)
		}
	}
}

// doubted says whether a list is shorter than can be believed.
func doubted(s pipeline.StreamResult) bool {
	var d *pipeline.Doubted
	return errors.As(s.Err, &d)
}

// fullSecond says whether a stream ended because a second has as many rows as a page of an export by time.
func fullSecond(s pipeline.StreamResult) bool {
	var none *pipeline.NoRows
	return (s.Stream == "ticket_events" || s.Stream == "organizations") && errors.As(s.Err, &none)
}

// history lets things happen at the helpdesk.
func (l *lake) history(c *chance) {
	c.with(func(r *rand.Rand) {
		l.desk.Change(r, 20+r.IntN(60))
		switch r.IntN(6) {
		case 0: // a page of an export by time holds no more of one second
			time.Sleep(time.Second)
			l.desk.Burst("organizations", 1000)
		case 1:
			l.desk.Burst("users", 1001+r.IntN(500))
		case 2:
			time.Sleep(time.Second)
			l.desk.Burst("tickets", 1000)
		}
		time.Sleep(time.Duration(1+r.IntN(600)) * time.Second) // else more would share the second than a page holds
		l.desk.Change(r, 20)
		// These appear behind what was already read.
		l.desk.At(time.Now().Add(-time.Duration(r.IntN(240))*time.Second), func() {
			l.desk.Add("organizations")
			l.desk.UpdateTicket(1, zendesktest.Update{Comment: "late"})
			l.desk.TouchTicket(1)
		})
		l.desk.TouchTicket(1)
	})
}

// interrupted starts a few runs that do not come to their end, while the helpdesk changes.
func (l *lake) interrupted(c *chance) {
	l.t.Helper()
	defer l.desk.OnRequest(nil)
	for range 1 + c.number(3) {
		ctx, cancel := context.WithCancel(l.t.Context())
		stop, ends := make(chan struct{}), func() {}
		var around func(sink.Sink) sink.Sink
		switch c.number(3) {
		case 0:
			ends = sync.OnceFunc(func() { close(stop) })
		case 1:
			ends = cancel
		default:
			around = failAfter(int64(c.number(60)), c.number(2) == 0)
		}
		at, requests := 1+c.number(25), 0
		l.desk.OnRequest(func(*http.Request) {
			c.with(func(r *rand.Rand) {
				if requests++; requests == at {
					ends()
				}
				if r.IntN(3) == 0 {
					l.desk.Change(r, 1+r.IntN(3))
				}
			})
		})
		result, err := l.attempt(ctx, pipeline.Job{Stop: stop}, around)
		cancel()
		l.endedWell(result, err, around != nil)
	}
}

// endedWell fails the test if a run that was interrupted has any other failure.
func (l *lake) endedWell(result pipeline.Result, err error, flaky bool) {
	l.t.Helper()
	for _, s := range result.Streams {
		if !fullSecond(s) {
			err = errors.Join(err, s.Err)
		}
	}
	var broken *pipeline.SinkError
	switch {
	case err == nil:
	case flaky && errors.As(err, &broken) && errors.Is(err, errFlaky):
	case !flaky && errors.Is(err, pipeline.ErrStopped) && !errors.As(err, &broken):
	default:
		l.t.Errorf("interrupted: %v", err)
	}
}
