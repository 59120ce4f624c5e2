package pipeline_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
	"desklake/pipeline"
)

// tables lists the tables in the file.
func (l *lake) tables() []string {
	l.t.Helper()
	return l.list("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY table_name")
}

func TestAStreamIsWalkedOnceForAllItsTables(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tables   []string
		endpoint string
	}{
		{[]string{"tickets", "ticket_metrics"}, "incremental/tickets/cursor"},
		{[]string{"ticket_audits", "ticket_comments"}, "incremental/ticket_events"},
	} {
		t.Run(strings.Join(c.tables, " and "), func(t *testing.T) {
			t.Parallel()
			for _, tables := range [][]string{c.tables[:1], c.tables[1:], c.tables} {
				synctest.Test(t, func(t *testing.T) {
					l := newLake(t, false, zendesktest.Options{Tickets: 30})
					l.sync(tables...)
					l.equalsHelpdesk(tables...)
					if n := l.desk.Count(""); n != 1 || l.desk.Count(c.endpoint) != 1 {
						t.Errorf("%v took %d requests", tables, n)
					}
					if got := l.tables(); !slices.Equal(got, slices.Sorted(slices.Values(tables))) {
						t.Errorf("the file has the tables %v", got)
					}
				})
			}
		})
	}
}

// A table that is selected later is filled from the start, one that was left out for a while is brought up to date;
// in both, nothing is lost or doubled.
func TestTablesAreSelectedLaterLeftOutAndSelectedAgain(t *testing.T) {
	t.Parallel()
	for _, full := range []bool{false, true} {
		t.Run(fmt.Sprintf("full: %v", full), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newChance(t)
				l := newLake(t, full, zendesktest.Options{Tickets: 60})
				for _, tables := range [][]string{
					{"ticket_comments", "tickets", "macros"},
					{"ticket_comments", "ticket_audits", "tickets", "ticket_metrics", "macros", "tags"},
					{"ticket_audits", "ticket_metrics", "tags"},
					{"ticket_comments", "ticket_audits", "tickets", "ticket_metrics", "macros", "tags"},
				} {
					l.sync(tables...)
					l.equalsHelpdesk(tables...)
					l.desk.Change(c.rng, 60)
					l.settle()
				}
			})
		})
	}
}

func TestATableThatIsSelectedLaterIsFilledAlsoWhenThatIsInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newChance(t)
		l := newLake(t, false, zendesktest.Options{Tickets: 300, Latency: time.Second})
		l.desk.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Do: zendesktest.TooLarge(63)})
		l.sync("tickets")
		both := pipeline.Job{Tables: []string{"tickets", "ticket_metrics"}}
		for range 3 {
			l.desk.Change(c.rng, 30)
			l.settle()
			stop, pages := make(chan struct{}), atomic.Int64{}
			l.desk.OnRequest(func(*http.Request) {
				if pages.Add(1) == 3 {
					close(stop)
				}
			})
			both.Stop = stop
			result, err := l.attempt(t.Context(), both, nil)
			l.endedWell(result, err, false)
		}
		l.desk.OnRequest(nil)
		l.settle()
		l.sync(both.Tables...)
		l.equalsHelpdesk(both.Tables...)
	})
}

// A table that is named alone takes those along that its stream has kept up to date, or they would have to be read from
// the start the next time.
func TestATableThatIsNamedAloneLeavesTheOthersOfItsStreamUpToDate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newChance(t)
		l := newLake(t, false, zendesktest.Options{Tickets: 60})
		l.sync("tickets", "ticket_metrics", "tags")
		l.desk.Change(c.rng, 60)
		l.settle()
		l.desk.Forget()
		result := l.run(pipeline.Job{Tables: []string{"tickets"}, Beside: []string{"ticket_metrics", "tags", "macros"}, Named: true})
		if got := stream(t, result, "tickets").Tables; len(result.Streams) != 1 || !slices.Equal(got, []string{"tickets", "ticket_metrics"}) {
			t.Errorf("%d streams, tables %v", len(result.Streams), got)
		}
		l.equalsHelpdesk("tickets", "ticket_metrics")
		for _, r := range l.desk.Requests() {
			if strings.Contains(r.Query, "start_time") {
				t.Errorf("read from the start: %s?%s", r.Path, r.Query)
			}
		}
	})
}

func TestAFullRefreshReadsEverythingAgainAndChangesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 60})
		l.sync()
		l.desk.Forget()
		result := l.run(pipeline.Job{FullRefresh: true})
		l.equalsHelpdesk(allTables...)
		for _, s := range result.Streams {
			for table, n := range s.Counts {
				if n.Read == 0 || n.Unchanged != n.Read {
					t.Errorf("%s: %+v", table, n)
				}
			}
		}
	})
}
