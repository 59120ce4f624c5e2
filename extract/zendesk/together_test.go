package zendesk

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
	"desklake/internal/zendesktest"
)

// together reads all streams side by side and returns what they cost.
func together(t *testing.T, s *Source) (total rest.Cost) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, st := range s.catalog().Select(allTables()) {
		wg.Go(func() {
			for page, err := range s.Read(context.Background(), st, extract.Position{}, extract.Observer{}) {
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				total.Requests += page.Requests
				total.Retries += page.Retries
				total.Waited += page.Waited
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return total
}

func TestASmallSyncOnAFreshMinuteDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		latency := 300 * time.Millisecond
		desk := zendesktest.New(zendesktest.Options{Tickets: 900, AuditsPerTicket: 3, TicketBytes: 500, Limits: zendesktest.Professional, Latency: latency})
		begun := time.Now()
		source := testSource(t, desk, Options{})
		total := together(t, source)
		if streams := len(source.catalog().Select(allTables())); total.Waited > time.Duration(streams+1)*3*latency { // until the first answers tell the limits
			t.Errorf("waited %v, all streams together", total.Waited)
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
		if total.Requests != len(desk.Requests()) || desk.Limited() > 0 {
			t.Errorf("the pages tell of %d requests, the helpdesk of %d, %d of them limited", total.Requests, len(desk.Requests()), desk.Limited())
		}
	})
}

func TestStreamsSideBySideKeepTheLimitsAndLoseLittleTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{
			Tickets: 3000, AuditsPerTicket: 12, TicketBytes: 300, Latency: 500 * time.Millisecond,
			Limits: zendesktest.Limits{Account: 200, Exports: 10, OneBucket: true},
		})
		begun := time.Now()
		total := together(t, testSource(t, desk, Options{}))
		exports := desk.Count("incremental/*") + desk.Count("incremental/*/cursor")
		forced := time.Duration((exports-1)/10) * time.Minute
		if took := time.Since(begun); took > forced*105/100+10*time.Second || desk.Limited() > 0 {
			t.Errorf("took %v for %d exports, which force %v; %d requests were sent while limited", took, exports, forced, desk.Limited())
		}
		if total.Retries > 0 {
			t.Errorf("%d retries", total.Retries)
		}
	})
}
