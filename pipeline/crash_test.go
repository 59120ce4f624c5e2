package pipeline_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
	"desklake/pipeline"
	"desklake/sink"
)

// Every style of paging, a pass without versions, and a stream of two tables.
var someTables = []string{"tickets", "ticket_metrics", "organizations", "groups", "tags"}

func TestASinkThatFailsAtAnyCallLosesAndDoublesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newChance(t)
		l := newLake(t, false, zendesktest.Options{Tickets: 40, Users: 10})
		l.sync(someTables...)
		// Every other call, of which each test takes others.
		for calls, whole := int64(c.number(2)), false; !whole; calls += 2 {
			l.desk.Change(c.rng, 15)
			l.desk.Update("tags", 3, int(calls))
			l.desk.Delete("tags", 10+calls)
			l.settle()
			result, err := l.attempt(t.Context(), pipeline.Job{Tables: someTables}, failAfter(calls, c.number(2) == 0))
			l.endedWell(result, err, true)
			whole = result.Run.Status == sink.Done && err == nil
			if calls%4 < 2 {
				l.sync(someTables...)
				l.equalsHelpdesk(someTables...)
			}
			if whole && calls < 18 {
				t.Errorf("a run makes %d calls of the sink: is the sink that fails in between?", calls)
			}
		}
	})
}

func TestARunThatIsStoppedAtAnyPageGoesOnThere(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 300, Users: 130, Latency: time.Second})
		for _, export := range []string{"incremental/*", "incremental/*/cursor"} {
			l.desk.Inject(zendesktest.Fault{Match: export, Do: zendesktest.TooLarge(125)})
		}
		runs := int64(0)
		for stopped := true; stopped; runs++ {
			stop, requests := make(chan struct{}), atomic.Int64{}
			l.desk.OnRequest(func(*http.Request) {
				if requests.Add(1) == 7*(runs+1) {
					close(stop)
				}
			})
			result, err := l.attempt(t.Context(), pipeline.Job{Stop: stop}, nil)
			l.endedWell(result, err, false)
			stopped = result.Run.Status != sink.Done
		}
		if runs < 4 {
			t.Errorf("only %d runs: too few to be stopped everywhere", runs)
		}
		l.equalsHelpdesk(allTables...)
		if n := l.number("SELECT count(*) FROM desklake.runs WHERE status = 'interrupted'"); n != runs-1 {
			t.Errorf("%d of %d runs are stored as interrupted", n, runs)
		}
	})
}

func TestARunThatIsKilledIsCalledKilledByTheNextOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 10})
		if _, err := l.attempt(t.Context(), pipeline.Job{Tables: []string{"tags"}}, failAfter(3, false)); !errors.Is(err, errFlaky) {
			t.Error(err)
		}
		l.sync("tags")
		if got := fmt.Sprint(l.list("SELECT status FROM desklake.runs ORDER BY started_at")); got != "[killed done]" {
			t.Error(got)
		}
	})
}
