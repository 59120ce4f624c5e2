package zendesk

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
)

// telling sets headers of every answer.
func telling(next http.RoundTripper, headers map[string]string) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(r)
		if err == nil {
			for name, value := range headers {
				resp.Header.Set(name, value)
			}
		}
		return resp, err
	}
}

// That nothing is left, and not until when, is waited for once. Where requests go on being answered it is not true, and the
// documented limits count.
func TestALimitThatContradictsItselfCountsForNothingAfterOneWait(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	accounts, buckets := []map[string]string{}, []map[string]string{}
	for _, reset := range []string{"", "-5", "NaN", "soon", "1e9", "100000000"} {
		all := map[string]string{"Ratelimit-Limit": "700", "Ratelimit-Remaining": "0"}
		bucket := "total=30; remaining=0"
		if reset != "" {
			all["Ratelimit-Reset"], bucket = reset, bucket+"; resets="+reset
		}
		accounts, buckets = append(accounts, all), append(buckets, map[string]string{"Zendesk-Ratelimit-Incremental-Exports-Cursor": bucket})
	}
	for endpoint, test := range map[string]struct {
		headers []map[string]string
		limit   int
	}{groupsEndpoint: {accounts, 200}, ticketsEndpoint: {buckets, 10}} {
		for _, headers := range test.headers {
			t.Run(fmt.Sprint(endpoint, headers), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 5})
					s := testSource(t, desk, Options{Transport: telling(bare{desk.Transport()}, headers), Reserve: -1})
					begun := time.Now()
					ask(t, s, endpoint, 1+3*test.limit, 1)
					if took := time.Since(begun); took < 3*time.Minute || took > 3*time.Minute+10*time.Second {
						t.Errorf("took %v", took)
					}
					var times []time.Time
					for _, r := range desk.Requests() {
						times = append(times, r.Time)
					}
					atMost(t, times, test.limit)
				})
			})
		}
	}
}

// What is left is less than the reserve each time, which would be waited for before each request.
func TestALimitThatContradictsItselfLeavesItsShareToOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5})
		headers := map[string]string{"Ratelimit-Limit": "700", "Ratelimit-Remaining": "100"}
		s := testSource(t, desk, Options{Transport: telling(bare{desk.Transport()}, headers), Reserve: 0.3})
		begun := time.Now()
		ask(t, s, groupsEndpoint, 1+3*140, 1)
		if took := time.Since(begun); took < 3*time.Minute || took > 3*time.Minute+10*time.Second {
			t.Errorf("took %v", took)
		}
		leavesReserve(t, desk, 140)
	})
}

// Headers that make sense again are gone by again.
func TestALimitThatMakesSenseAgainCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5})
		headers := map[string]string{"Ratelimit-Limit": "700", "Ratelimit-Remaining": "0"}
		s := testSource(t, desk, Options{Transport: telling(bare{desk.Transport()}, headers), Reserve: -1})
		ask(t, s, groupsEndpoint, 3, 1)
		headers["Ratelimit-Reset"] = "30"
		ask(t, s, groupsEndpoint, 1, 1)
		begun := time.Now()
		ask(t, s, groupsEndpoint, 1, 1)
		if took := time.Since(begun); took < 30*time.Second || took > 32*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
