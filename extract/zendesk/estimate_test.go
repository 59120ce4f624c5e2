package zendesk

import (
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

func TestEstimatesAreNearTheTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long under the race detector")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		desk := zendesktest.New(zendesktest.Options{Tickets: 5000, Users: 1500, Limits: zendesktest.Professional, Since: now.AddDate(-1, 0, 0)})
		for _, started := range []time.Time{now.AddDate(-3, 0, 0), now.AddDate(-1, 0, 0)} {
			s, err := New(Options{Subdomain: "acme", Auth: AccessToken{Token: "secret"}, StartDate: started, Transport: desk.Transport()})
			if err != nil {
				t.Fatal(err)
			}
			streams := s.catalog().Select([]string{"tickets", "users", "ticket_audits", "groups", "satisfaction_ratings"})
			e := s.Estimate(t.Context(), streams, nil, extract.Observer{})
			if e.PerDay != 400*24*60 || e.Spent > 15 {
				t.Errorf("%d requests a day, %d spent", e.PerDay, e.Spent)
			}
			for i, of := range streams {
				rows, requests := int64(0), int64(0)
				key := of.Tables[0].Name
				for page, err := range s.Read(t.Context(), of, extract.Position{}, extract.Observer{}) {
					if err != nil {
						t.Fatal(err)
					}
					sc := scanner{key: map[string]string{"ticket_audits": "ticket_events"}[key]}
					if sc.key == "" {
						sc.key = key
					}
					found, err := sc.scan(page.Body)
					if err != nil {
						t.Fatal(err)
					}
					rows, requests = rows+int64(found.rows), requests+int64(page.Requests)
				}
				got := e.Streams[i]
				if got.Err != nil || got.Rows < rows*6/10 || got.Rows > rows*14/10 || got.Exact && got.Rows != rows {
					t.Errorf("%s from %s: %d rows estimated (exact: %v, %v), %d read", of.Name, started.Format(time.DateOnly), got.Rows, got.Exact, got.Err, rows)
				}
				if got.Requests < requests*6/10-1 || got.Requests > requests*14/10+1 {
					t.Errorf("%s: %d requests estimated, %d made", of.Name, got.Requests, requests)
				}
			}
		}
	})
}

func TestStreamsThatShareALimitWaitForEachOther(t *testing.T) {
	t.Parallel()
	s, err := New(Options{Subdomain: "acme", Auth: AccessToken{Token: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	of := func(name, route string, requests int64) estimator {
		return estimator{estimate: extract.StreamEstimate{Stream: name, Route: route, Requests: requests}}
	}
	e := sum(s.client.Limits(), []estimator{
		of("organizations", "/api/v2/incremental/organizations", 10), of("ticket_events", "/api/v2/incremental/ticket_events", 51), of("macros", "/api/v2/macros", 3),
	})
	for i, want := range []time.Duration{10 * time.Second, 5 * time.Minute, 3 * time.Second} {
		if got := e.Streams[i].Time; got != want {
			t.Errorf("%s takes %v, want %v", e.Streams[i].Stream, got, want)
		}
	}
	if e.Time != 6*time.Minute || e.PerDay != 200*24*60 {
		t.Errorf("all together %v of %d a day", e.Time, e.PerDay)
	}
}
