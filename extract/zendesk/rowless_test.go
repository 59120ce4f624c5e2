package zendesk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
	"desklake/schema"
)

// FuzzKeys holds what a walk takes for a record's id against what the decoder makes of it: a record whose page counts as
// whole has a row, and no other one has.
func FuzzKeys(f *testing.F) {
	for _, seed := range []string{
		`{"id":35436}`, `{"id":"35436"}`, `{"id":35436.0},{"id":3.5436e4},{"id":3.5436e3}`, `{"id":"0035436"},{"id":"+5"},{"id":" 5"},{"id":1e400}`,
		`{"id":1,"id":null}`, `{"id":null,"id":2}`, `{"\u0069d":7}`, `{"name":"x"},{},[],null,"x",7`, `{"id":9223372036854775808},{"id":-0},{"id":true}`,
	} {
		f.Add(seed)
	}
	source, err := New(Options{Subdomain: "acme", Auth: AccessToken{"x"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, records string) {
		body := []byte(`{"organizations":[` + records + `]}`)
		if !json.Valid(body) || strings.Contains(records, "organizations") {
			t.Skip()
		}
		st := source.catalog().Select([]string{"organizations"})[0]
		literal, err := source.stream(st.Name)
		if err != nil {
			t.Fatal(err)
		}
		e, err := literal.scanner().scan(body)
		if err != nil {
			t.Skip() // nested too deeply for one of the two, or closed early
		}
		d := st.NewDecoder(st.Tables)
		if err := d.Decode(extract.Page{Body: body, Received: time.Now()}); err != nil {
			t.Fatal(err)
		}
		batches, issues := d.Flush()
		rows, without := 0, 0
		for _, b := range batches {
			rows += int(b.Rows())
			b.Release()
		}
		for _, i := range issues {
			if i.NoRow {
				without += int(i.Count)
			}
		}
		if rows+without != e.rows || without != e.keyless {
			t.Errorf("%s: %d rows and %d records without one; the envelope has %d records, %d of them without an id", body, rows, without, e.rows, e.keyless)
		}
	})
}

func TestIDsOfAnyNotationAreReadInEveryStream(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]string{"a string": `"id":"${1}"`, "with a fraction": `"id":${1}.0`, "with an exponent": `"id":${1}e0`} {
		for table, o := range map[string]Options{
			"tickets": {}, "users": {}, "organizations": {}, "macros": {}, "ticket_forms": {}, "satisfaction_ratings": {}, "ticket_audits": {AuditsInFull: true},
		} {
			t.Run(fmt.Sprint(table, " ", name), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 40, TicketBytes: 500, AuditsPerTicket: 2})
					o.Transport = rewrite(desk.Transport(), func(_ *http.Request, body string) string {
						return ids.ReplaceAllString(body, write)
					})
					r := newReplica(t, desk, o)
					r.run(table)
					missing := 0
					for record := range desk.Truth(table) {
						if !record.Deleted && !slices.ContainsFunc(rowsOf(r, table), func(id string) bool { return id == record.Key }) {
							missing++
						}
					}
					if missing > 0 || slices.ContainsFunc(r.issues, func(i schema.Issue) bool { return i.NoRow }) {
						t.Errorf("%d rows are missing, issues %+v", missing, r.issues)
					}
				})
			})
		}
	}
}

// rowsOf are the keys of a table's rows.
func rowsOf(r *replica, table string) (keys []string) {
	for key := range r.rows[table] {
		text, _, _ := strings.Cut(key, ".")
		keys = append(keys, strings.TrimSuffix(text, "e0"))
	}
	return keys
}

func TestARunWhileARecordHasNoRowSaysSoEachTime(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"tickets", "organizations", "users", "macros"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 60, TicketBytes: 500})
				r := newReplica(t, desk, Options{})
				remove := desk.Inject(zendesktest.Fault{Do: zendesktest.Poison(someKey(t, desk, table, 2))})
				for range 3 {
					r.issues = nil
					r.try(table)
					if !slices.ContainsFunc(r.issues, func(i schema.Issue) bool { return i.NoRow && i.Table == table }) {
						t.Errorf("no issue says that a record has no row: %+v", r.issues)
					}
					time.Sleep(time.Hour)
				}
				remove()
				r.issues = nil
				r.run(table)
				if slices.ContainsFunc(r.issues, func(i schema.Issue) bool { return i.NoRow }) {
					t.Errorf("issues: %+v", r.issues)
				}
				r.holds(desk, table)
			})
		})
	}
}

func TestAuditsThatAreNotFoundAreTriedAgainUntilTheTicketIsDeleted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 60, TicketBytes: 500, AuditsPerTicket: 2})
		r := newReplica(t, desk, Options{AuditsInFull: true})
		run := func() (told bool) {
			r.issues = nil
			r.run("ticket_audits")
			time.Sleep(time.Hour)
			return says(r.issues, "are not found")
		}
		remove := desk.Inject(zendesktest.Fault{Match: "tickets/7/audits", Do: zendesktest.Status(404, `{"error":"RecordNotFound","description":"Not found"}`)})
		if run() {
			t.Error("a ticket that may have been deleted just now is told of")
		}
		if !run() {
			t.Error("a ticket that is not found though it is not deleted is not told of")
		}
		remove()
		if run() {
			t.Error("a ticket that is found is told of")
		}
		r.holds(desk, "ticket_audits")

		desk.Inject(zendesktest.Fault{Match: "tickets/9/audits", Do: zendesktest.Status(404, `{"error":"RecordNotFound","description":"Not found"}`)})
		desk.Set("tickets", 9, "subject", `"changed"`)
		time.Sleep(5 * time.Minute)
		run()
		desk.Delete("tickets", 9)
		time.Sleep(5 * time.Minute)
		if run() {
			t.Error("a deleted ticket is told of")
		}
		desk.Forget()
		if run(); desk.Count("tickets/*/audits") > 0 {
			t.Errorf("the audits of a deleted ticket are asked for again: %+v", desk.Requests())
		}
	})
}

func TestAuditsOfWhichNoneIsFoundAreNoDeletions(t *testing.T) {
	t.Parallel()
	for name, tickets := range map[string]int{"few": 5, "many": 100} {
		for body, effect := range map[string]zendesktest.Effect{
			"JSON": zendesktest.Status(404, `{"error":"RecordNotFound","description":"Not found"}`),
			"web page": func(a *zendesktest.Answer) bool {
				a.Header.Set("Content-Type", "text/html")
				return zendesktest.Status(404, "<html>No help desk</html>")(a)
			},
		} {
			t.Run(name+" "+body, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: tickets, TicketBytes: 500, AuditsPerTicket: 2})
					remove := desk.Inject(zendesktest.Fault{Match: "tickets/*/audits", Do: effect})
					r := newReplica(t, desk, Options{AuditsInFull: true})
					for range 2 {
						r.issues = nil
						r.try("ticket_audits")
						if len(r.errs) == 0 && !says(r.issues, "audits of the ticket with this id") {
							t.Errorf("nothing was read, and nothing says so: %+v", r.issues)
						}
						time.Sleep(time.Hour)
					}
					remove()
					r.run("ticket_audits")
					r.holds(desk, "ticket_audits")
				})
			})
		}
	}
}

// What a firewall answers says nothing of a ticket, and neither does the API if it finds many of them gone at once.
func TestAuditsThatCanNotAllBeOfDeletedTicketsAreToldOfAtOnce(t *testing.T) {
	t.Parallel()
	page := func(body string) zendesktest.Effect {
		return func(a *zendesktest.Answer) bool {
			a.Header.Set("Content-Type", "text/html")
			return zendesktest.Status(404, body)(a)
		}
	}
	gone := zendesktest.Status(404, `{"error":"RecordNotFound","description":"Not found"}`)
	for name, c := range map[string]struct {
		effect  zendesktest.Effect
		tickets int
		told    int
	}{
		"a web page for one":  {page("<html>404</html>"), 1, 1},
		"nothing for one":     {page(""), 1, 1},
		"a web page for many": {page("<html>404</html>"), 30, 30},
		"nothing for many":    {page(""), 30, 30},
		"a few deleted":       {gone, fewDeleted, 0},
		"too many deleted":    {gone, fewDeleted + 1, fewDeleted + 1},
		"many deleted":        {gone, 30, 30},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 100, TicketBytes: 500, AuditsPerTicket: 2})
				fault := true
				r := newReplica(t, desk, Options{AuditsInFull: true})
				for ticket := range c.tickets {
					desk.Inject(zendesktest.Fault{Match: fmt.Sprintf("tickets/%d/audits", 31+ticket), Do: func(a *zendesktest.Answer) bool { return fault && c.effect(a) }})
				}
				for n := range 2 {
					r.issues = nil
					r.run("ticket_audits")
					told := 0
					for _, i := range r.issues {
						if i.NoRow {
							told++
						}
					}
					if want := max(c.told, n*c.tickets); told != want {
						t.Errorf("run %d: %d issues, want %d: %+v", n+1, told, want, r.issues)
					}
					time.Sleep(time.Hour)
				}
				fault = false
				r.run("ticket_audits")
				r.holds(desk, "ticket_audits")
			})
		})
	}
}

// The audits that an earlier run was refused keep those of other tickets from nothing.
func TestManyTicketsThatAreRefusedForGoodKeepNoOtherFromArriving(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]zendesktest.Effect{"not found": zendesktest.Status(404, `{"error":"RecordNotFound"}`), "forbidden": zendesktest.Forbidden()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 100, TicketBytes: 500, AuditsPerTicket: 2})
				var removes []func()
				for ticket := range allRefused + 5 {
					removes = append(removes, desk.Inject(zendesktest.Fault{Match: fmt.Sprintf("tickets/%d/audits", 31+ticket), Do: effect}))
				}
				r := newReplica(t, desk, Options{AuditsInFull: true})
				for range 3 {
					r.run("ticket_audits")
					desk.Set("tickets", 9, "subject", `"changed"`)
					time.Sleep(time.Hour)
				}
				for _, remove := range removes {
					remove()
				}
				r.run("ticket_audits")
				r.holds(desk, "ticket_audits")
			})
		})
	}
}

func TestHolesBecomeOneWhereThereAreTooMany(t *testing.T) {
	t.Parallel()
	var holes []hole
	for i := range int64(500) {
		holes = addHole(holes, hole{origin: origin{Since: 10 * i}, Until: 10*i + 3})
	}
	covers := func(second int64) bool {
		return slices.ContainsFunc(holes, func(h hole) bool { return h.Since <= second && second <= h.Until })
	}
	for i := range int64(500) {
		if !covers(10*i) || !covers(10*i+3) {
			t.Fatalf("hole %d is forgotten: %+v", i, holes)
		}
	}
	if len(holes) != maxHoles {
		t.Errorf("%d holes", len(holes))
	}
	again := addHole(holes, hole{origin: origin{Since: 4991}, Until: 4999})
	if len(again) != maxHoles || again[maxHoles-1] != (hole{origin: origin{Since: 4990}, Until: 4999}) {
		t.Errorf("a hole that touches the last one: %+v", again[len(again)-1])
	}
	byCursor := addHole(addHole(nil, hole{origin: origin{After: "a"}, Until: 5}), hole{origin: origin{After: "a"}, Until: 9})
	if len(byCursor) != 1 || byCursor[0].Until != 9 || len(addHole(byCursor, hole{origin: origin{After: "b"}, Until: 5})) != 2 {
		t.Errorf("%+v", byCursor)
	}
}

// ids finds the ids of records.
var ids = regexp.MustCompile(`"id":(\d+)`)

// A set that is left out is no sign that the ticket has none: it is asked for again until it comes.
func TestMetricsThatAreLeftOutAreAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, tables := range [][]string{{"tickets", "ticket_metrics"}, {"ticket_metrics"}} {
		synctest.Test(t, func(t *testing.T) {
			desk := zendesktest.New(zendesktest.Options{Tickets: 60, TicketBytes: 500})
			leaveOut := rewrite(desk.Transport(), func(_ *http.Request, body string) string {
				return withoutMetrics(t, body, "11", "17")
			})
			whole := false
			r := newReplica(t, desk, Options{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				if whole {
					return desk.Transport().RoundTrip(r)
				}
				return leaveOut.RoundTrip(r)
			})})
			for n := range 2 {
				r.issues = nil
				r.run(tables...)
				if !slices.ContainsFunc(r.issues, func(i issue) bool { return i.NoRow && i.Table == "ticket_metrics" }) {
					t.Errorf("run %d: nothing says that a row is missing: %+v", n+1, r.issues)
				}
				time.Sleep(time.Hour)
			}
			whole, r.issues = true, nil
			r.run(tables...)
			if slices.ContainsFunc(r.issues, func(i issue) bool { return i.NoRow }) {
				t.Errorf("issues %+v", r.issues)
			}
			for record := range desk.Truth("ticket_metrics") {
				if _, ok := r.rows["ticket_metrics"][record.Key]; !ok && !record.Deleted {
					t.Errorf("%s is missing", record.Key)
				}
			}
			desk.Forget()
			if r.run(tables...); desk.Count("") > 1 {
				t.Errorf("%d requests where nothing is missing", desk.Count(""))
			}
		})
	}
}

// withoutMetrics takes the metrics of some tickets out of a page.
func withoutMetrics(t *testing.T, body string, ids ...string) string {
	t.Helper()
	var page map[string]json.RawMessage
	var tickets []map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &page); err != nil {
		t.Fatal(err)
	}
	if page["tickets"] == nil {
		return body
	}
	if err := json.Unmarshal(page["tickets"], &tickets); err != nil {
		t.Fatal(err)
	}
	for _, ticket := range tickets {
		if slices.Contains(ids, string(ticket["id"])) {
			ticket["metric_set"] = json.RawMessage("null")
		}
	}
	page["tickets"], _ = json.Marshal(tickets) // of what was just read
	changed, _ := json.Marshal(page)
	return string(changed)
}
