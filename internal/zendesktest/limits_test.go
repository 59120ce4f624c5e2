package zendesktest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWithoutBeingAskedNobodyIsLimitedButTheHeadersAreThere(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{})
	for range 50 {
		o := ask(s.Client(), "https://x/api/v2/incremental/organizations?start_time=0")
		if o.status != 200 || o.header.Get("X-Rate-Limit") != "100000" ||
			!strings.HasPrefix(o.header.Get("Zendesk-Ratelimit-Incremental-Exports"), "total=100000; remaining=99") {
			t.Fatal(o.status, o.header)
		}
	}
	if s.Limited() != 0 {
		t.Error(s.Limited())
	}
}

func TestALimitRefusesUntilItsMinuteIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Tickets: 10, Limits: Limits{Account: 5, Exports: 2}})
		get := func(path string) (int, http.Header, string) {
			o := ask(s.Client(), "https://x/api/v2/"+path)
			return o.status, o.header, string(o.body)
		}
		const events = "incremental/ticket_events?start_time=0"
		get(events)
		time.Sleep(10 * time.Second)
		if status, h, _ := get(events); status != 200 || h.Get("Zendesk-Ratelimit-Incremental-Exports") != "total=2; remaining=0; resets=50" {
			t.Error(status, h)
		}
		if status, h, body := get(events); status != 429 || h.Get("Retry-After") != "50" ||
			body != `{"error":"APIRateLimitExceeded","description":"Number of allowed incremental export API requests per minute exceeded"}` {
			t.Error(status, h, body)
		}
		for i, want := range []string{"2", "1", "0"} {
			if status, h, _ := get("groups"); status != 200 || h.Get("X-Rate-Limit-Remaining") != want || h.Get("Ratelimit-Reset") != "50" {
				t.Error(i, status, h)
			}
		}
		if status, h, body := get("groups"); status != 429 || h.Get("Retry-After") != "50" || strings.HasPrefix(body, "{") {
			t.Error(status, h, body)
		}
		if s.Limited() != 2 {
			t.Error(s.Limited())
		}
		time.Sleep(50 * time.Second)
		if status, _, _ := get(events); status != 200 {
			t.Error(status)
		}
		s.Use(4)
		if status, _, _ := get("groups"); status != 429 {
			t.Error("quota that others used was there")
		}
	})
}

func TestTheInProcessTransportLivesInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Tickets: 50, Latency: 2 * time.Second})
		start := time.Now()
		r, err := s.Client().Get("https://acme.zendesk.com" + firstPage)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Error("latency", took)
		}
		s.Inject(Fault{Do: SlowDrip(1000, time.Minute)})
		if _, err := io.ReadAll(r.Body); err != nil || time.Since(start) != 2*time.Second {
			t.Error(err)
		}
		r, err = s.Client().Get("https://acme.zendesk.com" + firstPage)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r.Body)
		pauses := (len(body) - 1) / 1000
		if took := time.Since(start); err != nil || took != 4*time.Second+time.Duration(pauses)*time.Minute {
			t.Error(err, took, len(body))
		}
		s.Clear()
		s.Inject(Fault{Do: Hang()})
		client := s.Client()
		client.Timeout = time.Hour
		if _, err := client.Get("https://acme.zendesk.com" + firstPage); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		s.Clear()
		if r, err = client.Get("https://acme.zendesk.com" + firstPage); err != nil { // closed without being read
			t.Fatal(err)
		}
		_ = r.Body.Close()
	})
}

func TestTheHookMayChangeTheDataBeforeAnAnswer(t *testing.T) {
	t.Parallel()
	now := someDay
	s := helpdesk(Options{Now: func() time.Time { return now }})
	var seen []string
	s.OnRequest(func(r *http.Request) {
		seen = append(seen, r.URL.Path)
		s.Add("macros")
	})
	before := len(walkList(t, s, "macros.json", "macros", "&active=true"))
	s.OnRequest(nil)
	if after := len(walkList(t, s, "macros.json", "macros", "&active=true")); after < before || !slices.Contains(seen, "/api/v2/macros.json") {
		t.Error(before, after, seen)
	}
	if s.Count("macros") == 0 || s.Count("") != len(s.Requests()) || s.Count("tickets/*/audits") != 0 {
		t.Error(s.Requests())
	}
	s.Forget()
	if len(s.Requests()) != 0 {
		t.Error("not forgotten")
	}
}
