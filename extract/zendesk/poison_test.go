package zendesk

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
)

// someKey is the key of the n-th record of the table.
func someKey(t *testing.T, desk *zendesktest.Server, table string, n int) int64 {
	t.Helper()
	for record := range desk.Truth(table) {
		if n--; n < 0 {
			return parseInt(t, record.Key)
		}
	}
	t.Fatalf("%s: too few records", table)
	return 0
}

func parseInt(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestARecordThatCannotBeReadIsSkippedRecordedAndReadLater(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		table  string // of the record
		tables []string
		burst  int // as many more records in one second, of which the record is one
		fails  bool
	}{
		"tickets":                     {table: "tickets", tables: []string{"tickets"}},
		"tickets of one second":       {table: "tickets", tables: []string{"tickets"}, burst: 30},
		"users":                       {table: "users", tables: []string{"users"}},
		"organizations":               {table: "organizations", tables: []string{"organizations"}},
		"ticket_events":               {table: "ticket_audits", tables: []string{"ticket_audits"}},
		"macros":                      {table: "macros", tables: []string{"macros"}, fails: true},
		"ticket_forms":                {table: "ticket_forms", tables: []string{"ticket_forms"}, fails: true},
		"satisfaction_ratings":        {table: "satisfaction_ratings", tables: []string{"satisfaction_ratings"}, fails: true},
		"organizations of one second": {table: "organizations", tables: []string{"organizations"}, burst: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 300, Users: 200, Organizations: 120, TicketBytes: 500})
				bad := someKey(t, desk, test.table, 2)
				if test.table != "ticket_forms" {
					bad = someKey(t, desk, test.table, 7)
				}
				if test.burst > 0 {
					ids := desk.Burst(test.table, test.burst)
					bad = ids[len(ids)/2]
					time.Sleep(3 * time.Minute)
				}
				r := newReplica(t, desk, Options{})
				remove := desk.Inject(zendesktest.Fault{Do: zendesktest.Poison(bad)})
				for range 2 {
					r.try(test.tables...)
					if failed := len(r.errs) > 0; failed != test.fails {
						t.Fatalf("errors: %v", r.errs)
					}
					r.holds(desk, test.table, strconv.FormatInt(bad, 10))
				}
				recorded := slices.ContainsFunc(r.issues, func(i issue) bool { return strings.Contains(i.Reason, "skipped") })
				if !recorded {
					t.Errorf("no issue says that a record was skipped: %+v", r.issues)
				}
				remove()
				desk.Forget()
				r.run(test.tables...)
				r.holds(desk, test.table)
				if n := len(desk.Requests()); n > 40 {
					t.Errorf("%d requests for a run with one more record", n)
				}
			})
		})
	}
}

func TestPagesThatAreTooLargeAreMadeSmallerAndGrowAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 2000, TicketBytes: 500})
		r := newReplica(t, desk, Options{})
		remove := desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(130)})
		pages := 0
		r.stop = func(page extractPage) bool { pages++; return pages == 6 }
		r.run("tickets")
		desk.Forget()
		r.stop = nil
		remove()
		r.run("tickets")
		r.holds(desk, "tickets")
		requests := desk.Requests()
		if requests[0].Rows != 125 {
			t.Errorf("the page behind the stop has %d rows; 125 worked before it", requests[0].Rows)
		}
		if largest := slices.MaxFunc(requests, func(a, b zendesktest.Request) int { return a.Rows - b.Rows }); largest.Rows < 250 {
			t.Errorf("no page has grown: the largest has %d rows", largest.Rows)
		}
	})
}
