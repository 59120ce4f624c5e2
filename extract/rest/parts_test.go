package rest

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPageSizesFallToOneAndRiseMoreSlowlyEachTime(t *testing.T) {
	t.Parallel()
	for most, want := range map[int][]int{1000: {1000, 500, 250, 125, 25, 5, 1}, 100: {100, 50, 25, 5, 1}, 1: {1}} {
		s := NewPageSize(0, most)
		got := []int{s.n}
		for s.fall() {
			got = append(got, s.n)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	s := NewPageSize(250, 1000)
	for try := range 3 {
		pages := 0
		for s.n == 250 {
			s.worked()
			pages++
		}
		if s.n != 500 || pages != patience<<try {
			t.Errorf("after %d pages %d", pages, s.n)
		}
		s.fall()
	}
	if s = NewPageSize(600, 1000); s.n != 500 {
		t.Errorf("600 is remembered as %d", s.n)
	}
	var none *PageSize
	none.worked()
	if none.fall() {
		t.Error("no size fell")
	}
}

func TestRetryAfterIsReadInAllItsForms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var c clock
		c.learn(http.Header{"Date": {"Fri, 20 Nov 2026 12:00:00 GMT"}}) // and it is the year 2000 here
		for text, want := range map[string]time.Duration{
			"60": time.Minute, "0": 0, "2.5": 2500 * time.Millisecond, " 7 ": 7 * time.Second,
			"Fri, 20 Nov 2026 12:01:30 GMT": 90 * time.Second, "Fri, 20 Nov 2026 11:59:30 GMT": 0,
			"Fri, 20 Nov 2026 11:00:00 GMT": -1, "Sat, 20 Nov 2027 12:00:00 GMT": -1, "2592000": longestRetry, "2592001": -1,
			"": -1, "soon": -1, "-1": -1, "NaN": -1, "1e300": -1,
		} {
			wait, ok := c.retryAfter(http.Header{"Retry-After": {text}})
			if !ok {
				wait = -1
			}
			if wait != want {
				t.Errorf("%q: %v, want %v", text, wait, want)
			}
		}
	})
}
