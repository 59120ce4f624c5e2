package zendesk

import (
	"context"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract/rest"
	"desklake/internal/zendesktest"
)

// testSource is a source without any credentials that matter.
func testSource(t *testing.T, desk *zendesktest.Server, o Options) *Source {
	t.Helper()
	return newReplica(t, desk, o).source
}

// ask sends n requests for one row of the endpoint, several at a time.
func ask(t *testing.T, s *Source, endpoint string, n, atOnce int) {
	var wg sync.WaitGroup
	turns := make(chan struct{}, n)
	for range n {
		turns <- struct{}{}
	}
	close(turns)
	for range atOnce {
		wg.Go(func() {
			for range turns {
				q := url.Values{"start_time": {"0"}, "per_page": {"1"}}
				if _, err := s.client.Do(context.Background(), &rest.Request{Endpoint: endpoint, Query: q, Into: rest.Anything{}}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

const (
	organizationsEndpoint = "/api/v2/incremental/organizations"
	ticketsEndpoint       = "/api/v2/incremental/tickets/cursor"
	eventsEndpoint        = "/api/v2/incremental/ticket_events"
	groupsEndpoint        = "/api/v2/groups"
	macrosEndpoint        = "/api/v2/macros"
)

func TestNoRequestIsSentWhileLimitedAndLittleTimeIsLost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limits  zendesktest.Limits
		reserve float64
		latency time.Duration
		sizes   map[string]int
		forced  time.Duration // by the limits, if every window is used up at once
	}{
		"exports": {
			limits: zendesktest.Limits{Account: 200, Exports: 10, OneBucket: true}, reserve: -1, latency: 300 * time.Millisecond,
			sizes:  map[string]int{organizationsEndpoint: 15, ticketsEndpoint: 15, eventsEndpoint: 15},
			forced: 4 * time.Minute,
		},
		"two buckets of exports": {
			limits: zendesktest.Limits{Account: 200, Exports: 10, CursorExports: 20}, reserve: -1, latency: time.Second,
			sizes:  map[string]int{organizationsEndpoint: 25, ticketsEndpoint: 45, eventsEndpoint: 20},
			forced: 4 * time.Minute,
		},
		"the account": {
			limits: zendesktest.Limits{Account: 200, Exports: 10}, reserve: -1, latency: 100 * time.Millisecond,
			sizes:  map[string]int{groupsEndpoint: 400, macrosEndpoint: 350, organizationsEndpoint: 10},
			forced: 3 * time.Minute,
		},
		"the account less the reserve": {
			limits: zendesktest.Limits{Account: 200}, reserve: 0.3, latency: 100 * time.Millisecond,
			sizes:  map[string]int{groupsEndpoint: 300, macrosEndpoint: 200},
			forced: 3 * time.Minute,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 5, Limits: test.limits, Latency: test.latency})
				s := testSource(t, desk, Options{Reserve: test.reserve})
				begun := time.Now()
				var wg sync.WaitGroup
				for endpoint, n := range test.sizes {
					wg.Go(func() { ask(t, s, endpoint, n, 4) })
				}
				wg.Wait()
				if n := desk.Limited(); n > 0 {
					t.Errorf("%d requests were sent while limited", n)
				}
				if took := time.Since(begun); took > test.forced*105/100 {
					t.Errorf("took %v, the limits force %v", took, test.forced)
				}
				if test.reserve > 0 {
					leavesReserve(t, desk, int(float64(test.limits.Account)*(1-test.reserve)))
				}
			})
		})
	}
}

// leavesReserve fails the test if more requests than that were made in any of the helpdesk's minutes.
func leavesReserve(t *testing.T, desk *zendesktest.Server, most int) {
	t.Helper()
	var begin time.Time
	n := 0
	for _, r := range desk.Requests() {
		if r.Time.Sub(begin) >= time.Minute {
			begin, n = r.Time, 0
		}
		if n++; n > most {
			t.Fatalf("%d requests in the minute from %v, and %d are to be left to others", n, begin, most)
		}
	}
}

func TestNoRequestIsSentWhileLimitedWhenAnswersAreSlow(t *testing.T) {
	t.Parallel()
	for _, latency := range []time.Duration{13 * time.Second, 47 * time.Second, 70 * time.Second} {
		t.Run(latency.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limits := zendesktest.Limits{Account: 40, Exports: 10, OneBucket: true}
				early := zendesktest.New(zendesktest.Options{Tickets: 5, Limits: limits}) // counts when the request comes
				late := zendesktest.New(zendesktest.Options{Tickets: 5, Limits: limits, Latency: latency})
				for _, desk := range []*zendesktest.Server{early, late} {
					o := Options{Transport: desk.Transport()}
					if desk == early {
						o.Transport = slow{desk.Transport(), latency}
					}
					s := testSource(t, desk, o)
					var wg sync.WaitGroup
					for _, endpoint := range []string{organizationsEndpoint, ticketsEndpoint, eventsEndpoint, groupsEndpoint} {
						wg.Go(func() { ask(t, s, endpoint, 40, 5) })
					}
					wg.Wait()
					if n := desk.Limited(); n > 0 {
						t.Errorf("%d requests were sent while limited", n)
					}
				}
			})
		})
	}
}

func TestOthersWhoUseTheAccountAreLeftTheirShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5, Limits: zendesktest.Limits{Account: 100}, Latency: 50 * time.Millisecond})
		s := testSource(t, desk, Options{})
		go func() {
			for range 10 {
				desk.Use(60)
				time.Sleep(time.Minute)
			}
		}()
		time.Sleep(time.Second)
		ask(t, s, groupsEndpoint, 60, 2)
		if n := desk.Limited(); n > 0 {
			t.Errorf("%d requests were sent while limited", n)
		}
		leavesReserve(t, desk, 100-60)
		time.Sleep(10 * time.Minute)
	})
}

func TestTwoProcessesShareTheLimits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{
			Tickets: 5, Limits: zendesktest.Limits{Account: 200, Exports: 10, OneBucket: true}, Latency: 200 * time.Millisecond,
		})
		begun := time.Now()
		var wg sync.WaitGroup
		for range 2 {
			s := testSource(t, desk, Options{Reserve: -1, CacheDir: filepath.Join(dir, "cache")})
			wg.Go(func() { ask(t, s, organizationsEndpoint, 25, 2) })
			wg.Go(func() { ask(t, s, groupsEndpoint, 400, 3) })
		}
		wg.Wait()
		if n := desk.Limited(); n > 0 {
			t.Errorf("%d requests were sent while limited", n)
		}
		if took, forced := time.Since(begun), 4*time.Minute; took > forced*105/100 {
			t.Errorf("took %v, the limits force %v", took, forced)
		}
	})
}

func TestWithoutHeadersTheDocumentedLimitsAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5})
		s := testSource(t, desk, Options{Transport: bare{desk.Transport()}, Reserve: -1})
		var wg sync.WaitGroup
		wg.Go(func() { ask(t, s, organizationsEndpoint, 35, 3) })
		wg.Go(func() { ask(t, s, groupsEndpoint, 500, 3) })
		wg.Wait()
		var times, exports []time.Time
		for _, r := range desk.Requests() {
			times = append(times, r.Time)
			if r.Path == organizationsEndpoint {
				exports = append(exports, r.Time)
			}
		}
		atMost(t, times, 200)
		atMost(t, exports, 10)
	})
}

// atMost fails the test if any sixty seconds hold more than n of the times.
func atMost(t *testing.T, times []time.Time, n int) {
	t.Helper()
	for i := n; i < len(times); i++ {
		if gap := times[i].Sub(times[i-n]); gap < time.Minute {
			t.Fatalf("%d requests within %v", n+1, gap)
		}
	}
}
