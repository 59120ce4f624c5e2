package zendesk

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"desklake/extract"
	"desklake/extract/extracttest"
	"desklake/internal/zendesktest"
)

func TestSourceKeepsTheContract(t *testing.T) {
	t.Parallel()
	for name, full := range map[string]bool{"audits: events": false, "audits: full": true} {
		if full && testing.Short() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			extracttest.Run(t, func(t *testing.T, limited bool) extracttest.Account { return describe(t, full, limited) })
		})
	}
}

func describe(t *testing.T, full, limited bool) extracttest.Account {
	o := zendesktest.Options{Tickets: 90, TicketBytes: 400, Macros: 110, AuditsPerTicket: 3, Latency: 40 * time.Millisecond}
	if limited {
		o.Limits = zendesktest.Professional
	}
	desk, rng := zendesktest.New(o), testRand(t)
	desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(40)}) // so that there are pages
	ever := map[string]bool{}                                    // metrics, which go with their tickets: nothing says so but these
	remember := func() {
		for r := range desk.Truth("ticket_metrics") {
			ever[r.Key] = true
		}
	}
	remember()
	return extracttest.Account{
		Open: func() (extract.Source, error) {
			return New(Options{Subdomain: "acme", Auth: AccessToken{Token: "secret"}, Transport: desk.Transport(), AuditsInFull: full})
		},
		Keys: func(table string) (live, lost []string) {
			for r := range desk.Truth(table) {
				switch {
				case r.Gone || r.Deleted:
					lost = append(lost, r.Key)
				default:
					live = append(live, r.Key)
				}
			}
			if table == "ticket_metrics" {
				lost = slices.Collect(maps.Keys(ever))
			}
			return live, lost
		},
		Change: func() {
			desk.Change(rng, 12)
			remember()
		},
		Requests: func() int { return len(desk.Requests()) },
		Refuse: func(name string) {
			for _, st := range streams {
				if st.name == name {
					desk.Inject(zendesktest.Fault{Do: zendesktest.Forbidden(), Match: strings.TrimPrefix(st.endpoint, "/api/v2/")})
				}
			}
		},
		Silence: func() { desk.Inject(zendesktest.Fault{Do: zendesktest.Hang()}) },
		TooMany: desk.Limited,
	}
}
