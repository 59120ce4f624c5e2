package pipeline_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"desklake/extract"
	"desklake/internal/zendesktest"
	"desklake/pipeline"
	"desklake/sink"
)

func TestTablesThatTheAccountDoesNotHaveAreSkippedWithAnIssue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		without := map[string]int{"sla_policies": 403, "ticket_forms": 404, "satisfaction_ratings": 403}
		l := newLake(t, false, zendesktest.Options{Tickets: 30, Without: without})
		have := slices.DeleteFunc(slices.Clone(allTables), func(name string) bool { return without[name] != 0 })
		for named, status := range map[bool]sink.Status{false: sink.Done, true: sink.Partial} {
			result, err := l.attempt(t.Context(), pipeline.Job{Named: named}, nil)
			if err != nil || result.Run.Status != status {
				t.Errorf("named %v: %v, %s", named, err, result.Run.Status)
			}
			for _, s := range result.Streams {
				var unavailable *extract.Unavailable
				if missing := without[s.Tables[0]] != 0; (s.Unavailable != nil) != missing || s.Err != nil || errors.As(s.Failure(named), &unavailable) != (missing && named) {
					t.Errorf("%s: %v, %v", s.Stream, s.Unavailable, s.Err)
				}
			}
			l.equalsHelpdesk(have...)
		}
		for table := range without {
			if got := l.issues(table); len(got) != 1 || !strings.HasPrefix(got[0], "not available: it needs") {
				t.Errorf("%s: issues %q", table, got)
			}
		}
	})
}

// That a table can't be read any more says nothing about its rows, and is no success.
func TestATableThatIsTakenAwayKeepsItsRows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 30})
		l.sync("macros", "tickets")
		removeMacros := l.desk.Inject(zendesktest.Fault{Match: "macros", Do: zendesktest.Forbidden()})
		removeTickets := l.desk.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Do: zendesktest.NotFound()})
		l.desk.UpdateTicket(1, zendesktest.Update{Comment: "meanwhile"})
		l.settle()
		fresh := l.list("SELECT stream || complete_at FROM desklake.checkpoints ORDER BY 1")
		if result, err := l.attempt(t.Context(), pipeline.Job{Tables: []string{"macros", "tickets"}}, nil); err != nil || result.Run.Status != sink.Failed {
			t.Errorf("%v, %s", err, result.Run.Status)
		}
		if result, err := l.attempt(t.Context(), pipeline.Job{Tables: []string{"macros", "users", "groups"}}, nil); err != nil || result.Run.Status != sink.Partial {
			t.Errorf("%v, %s", err, result.Run.Status)
		}
		if got := l.list("SELECT stream || complete_at FROM desklake.checkpoints WHERE stream IN ('macros', 'tickets') ORDER BY 1"); !slices.Equal(got, fresh) {
			t.Errorf("read to the end %v, then refused, and %v", fresh, got)
		}
		if l.live("macros") != 12 {
			t.Errorf("%d live macros", l.live("macros"))
		}
		removeMacros()
		removeTickets()
		l.desk.Forget()
		l.sync("macros", "tickets")
		l.equalsHelpdesk("macros", "tickets")
		if n := l.desk.Requests()[0]; strings.Contains(n.Query, "start_time") && strings.Contains(n.Path, "tickets") {
			t.Errorf("the tickets are read from the start: %s", n.Query)
		}
	})
}

func TestRecordsWithoutAKeyAreIssuesAndTheStreamGoesOn(t *testing.T) {
	t.Parallel()
	for table, endpoint := range map[string]string{
		"tickets": "incremental/tickets/cursor", "organizations": "incremental/organizations", "satisfaction_ratings": "satisfaction_ratings",
		"ticket_audits": "incremental/ticket_events", "ticket_forms": "ticket_forms",
	} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, false, zendesktest.Options{Tickets: 30})
				l.desk.Inject(zendesktest.Fault{Match: endpoint, Do: zendesktest.NoKey("id")})
				l.lacking(table)
				l.equalsHelpdesk(table)
				if got := l.issues(table); len(got) != 1 || !strings.Contains(got[0], "no usable key") {
					t.Errorf("issues %q", got)
				}
			})
		})
	}
}

// A record that comes without its key once is in its table after the next run, although nothing moved at the helpdesk.
func TestARecordThatComesWithoutItsKeyIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		endpoint string
		full     bool
		tables   []string
	}{
		{"incremental/tickets/cursor", false, []string{"tickets", "ticket_metrics"}},
		{"incremental/users/cursor", false, []string{"users"}},
		{"incremental/organizations", false, []string{"organizations"}},
		{"incremental/ticket_events", false, []string{"ticket_audits", "ticket_comments"}},
		{"incremental/tickets/cursor", true, []string{"ticket_audits", "ticket_comments"}},
		{"satisfaction_ratings", false, []string{"satisfaction_ratings"}},
		{"macros", false, []string{"macros"}},
	} {
		t.Run(fmt.Sprintf("%s, full: %v", c.endpoint, c.full), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, c.full, zendesktest.Options{Tickets: 60, Users: 60, Organizations: 20})
				l.desk.Inject(zendesktest.Fault{Match: c.endpoint, Times: 1, Do: zendesktest.Field("id", `"none"`)})
				l.lacking(c.tables...)
				if got := l.list("SELECT DISTINCT table_name FROM desklake.issues ORDER BY 1"); len(got) == 0 || got[0] != c.tables[0] {
					t.Errorf("issues of %v", got)
				}
				l.settle()
				l.sync(c.tables...)
				l.equalsHelpdesk(c.tables...)
				l.desk.Forget()
				l.sync(c.tables...)
				if n := l.desk.Count(""); n > 2 {
					t.Errorf("once it was read, a run still makes %d requests", n)
				}
			})
		})
	}
}

// In audits: full each ticket is asked for its audits. One whose audits are refused is tried again until it gives them,
// also when it does not change any more.
func TestAuditsThatAreRefusedAreTriedAgainInLaterRuns(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]zendesktest.Effect{
		"forbidden": zendesktest.Forbidden(), "too heavy": zendesktest.GatewayTimeout(), "not as documented": zendesktest.Body(`{"audits":17}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, true, zendesktest.Options{Tickets: 30})
				tables := []string{"ticket_audits", "ticket_comments"}
				ticket := l.desk.CreateTicket(zendesktest.Update{Comment: "refuse me"})
				l.settle()
				remove := l.desk.Inject(zendesktest.Fault{Match: fmt.Sprintf("tickets/%d/audits", ticket), Do: effect})
				count := fmt.Sprintf("SELECT count(*) FROM ticket_audits WHERE ticket_id = %d", ticket)
				for range 2 {
					l.lacking(tables...)
					others := l.number(fmt.Sprintf("SELECT count(DISTINCT ticket_id) FROM ticket_audits WHERE ticket_id <> %d", ticket))
					if l.number(count) != 0 || others < 20 {
						t.Errorf("%d audits of the refused ticket, audits of %d others", l.number(count), others)
					}
				}
				for _, table := range tables {
					if got := l.list("SELECT key FROM desklake.issues WHERE table_name = ?", table); !slices.Equal(got, []string{fmt.Sprint(ticket)}) {
						t.Errorf("%s: issues of the tickets %v", table, got)
					}
				}
				remove()
				l.sync(tables...)
				l.equalsHelpdesk(tables...)
			})
		})
	}
}
