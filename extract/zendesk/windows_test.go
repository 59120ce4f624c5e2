package zendesk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

// again reads what the replica's helpdesk has of a table in a window, as if for the first time but for what is known.
func (r *replica) again(table string, window extract.Window, met time.Time) error {
	r.t.Helper()
	for _, st := range r.source.catalog().Select([]string{table}) {
		st.Window, st.Met = window, met
		r.positions, r.rows = map[string]extract.Position{}, map[string]map[string]rawFields{}
		return r.stream(st)
	}
	r.t.Fatalf("no stream fills %s", table)
	return nil
}

// highWater is that of the only stream that was read.
func (r *replica) highWater() (at time.Time) {
	for _, p := range r.positions {
		at = p.HighWater
	}
	return at
}

// Nobody reads a window again of itself: the end of a stream in front of rows that are known is none.
func TestAWindowEndsBehindTheRowsThatAreKnown(t *testing.T) {
	if testing.Short() {
		t.Skip("many walks, each on its own")
	}
	t.Parallel()
	for name, once := range map[string]ending{
		"the first page is empty":      {},
		"the first page is whole":      {rows: 50},
		"the first page has four rows": {rows: 4},
		"the third page is empty":      {after: 2},
		"the third page is whole":      {after: 2, rows: 50},
	} {
		for table, o := range exported {
			for _, met := range []bool{true, false} {
				t.Run(fmt.Sprint(table, " ", name, " ", met), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						desk := zendesktest.New(zendesktest.Options{Tickets: 200, Users: 200, Organizations: 200, TicketBytes: 500, AuditsPerTicket: 1})
						desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(50)})
						var e ending
						o.Transport = e.ends(t, desk.Transport())
						r := newReplica(t, desk, o)
						r.run(table)
						known := r.highWater()
						window := extract.Window{From: time.Unix(0, 0), To: known}
						if !met {
							known = time.Time{}
						}
						if err := r.again(table, window, known); err != nil {
							t.Error(err)
						}
						whole := r.rows[table]
						e = once
						e.times = 1
						if err := r.again(table, window, known); err != nil {
							t.Error(err)
						}
						if got := r.rows[table]; len(got) != len(whole) {
							t.Errorf("%d of %d rows", len(got), len(whole))
						}
						if !met {
							return // the page behind the window would end so, too
						}
						e = once
						e.times = 1000
						r.issues = nil
						if err := r.again(table, window, known); err != nil {
							isToldAsTheHelpdesksOwn(t, err)
						} else if len(r.rows[table]) != len(whole) && !noRow(r.issues) {
							t.Errorf("the end was believed behind %d of %d rows", len(r.rows[table]), len(whole))
						}
					})
				})
			}
		}
	}
}

// A list has no order that tells what is missing of it: of the ratings of a window, two readings agree.
func TestAPageOfRatingsThatEndsTooEarlyIsNoEndOfTheirWindow(t *testing.T) {
	t.Parallel()
	more := regexp.MustCompile(`"has_more":true`)
	rows := regexp.MustCompile(`"satisfaction_ratings":\[`)
	for name, page := range map[string]string{"a whole page": `"satisfaction_ratings":[`, "an empty page": `"satisfaction_ratings":[],"were":[`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk, left := zendesktest.New(zendesktest.Options{Tickets: 900, TicketBytes: 500}), 0
				r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), func(_ *http.Request, body string) string {
					if left <= 0 || !more.MatchString(body) {
						return body
					}
					left--
					return rows.ReplaceAllString(more.ReplaceAllString(body, `"has_more":false`), page)
				})})
				r.run("satisfaction_ratings")
				r.holds(desk, "satisfaction_ratings")
				left = 1
				if err := r.again("satisfaction_ratings", extract.Window{From: time.Unix(0, 0), To: time.Now()}, r.highWater()); err != nil {
					t.Error(err)
				}
				r.holds(desk, "satisfaction_ratings")
			})
		})
	}
}

// What is refused as too recent, where later rows are known, is not.
func TestAWindowThatIsRefusedAsTooRecentIsNotAtItsEndWhereRowsAreKnown(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"users", "organizations", "satisfaction_ratings"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newReplica(t, nil, Options{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
					return reply(q, http.StatusUnprocessableEntity, http.Header{"Content-Type": {"application/json"}}, tooRecentBody), nil
				})})
				window := extract.Window{From: time.Now().AddDate(0, 0, -5), To: time.Now().AddDate(0, 0, -2)}
				if err := r.again(table, window, time.Time{}); err != nil {
					t.Errorf("nothing is known: %v", err)
				}
				err := r.again(table, window, time.Now().AddDate(0, 0, -1))
				if err == nil {
					t.Fatal("the end was believed")
				}
				isToldAsTheHelpdesksOwn(t, err)
			})
		})
	}
}

// What was deleted for good comes no more, and the alarm about it would never end. That all was, nobody believes at once.
func TestTheLatestRowsCanBeGoneForGood(t *testing.T) {
	t.Parallel()
	for table, o := range exported {
		for name, gone := range map[string]int{"the latest": 1, "all": 1000} {
			t.Run(table+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 60, Users: 60, Organizations: 60, TicketBytes: 500, AuditsPerTicket: 1})
					left := 0
					o.Transport = lacking(t, desk.Transport(), &left)
					r := newReplica(t, desk, o)
					r.run(table)
					whole, known := len(r.rows[table]), r.highWater()
					left, r.issues = gone, nil
					window := extract.Window{From: time.Unix(0, 0), To: time.Now().Add(-time.Hour)}
					err := r.again(table, window, known)
					switch {
					case gone == 1 && (err != nil || noRow(r.issues) || !says(r.issues, "gone from the export") || len(r.rows[table]) == 0 || len(r.rows[table]) >= whole):
						t.Errorf("%d of %d rows, %v, %+v", len(r.rows[table]), whole, err, r.issues)
					case gone > 1 && (err == nil || !strings.Contains(hintOf(err), "--accept-deletes")):
						t.Errorf("%v: %s", err, hintOf(err))
					}
					if err := r.again(table, window, time.Time{}); err != nil {
						t.Errorf("nothing is known: %v", err)
					}
				})
			})
		}
	}
}

// lacking takes so many rows, and those of the same time, from the end of the exports, which go on as they do: the pages are whole.
func lacking(t *testing.T, rt http.RoundTripper, rows *int) http.RoundTripper {
	return rewrite(rt, func(_ *http.Request, body string) string {
		var page map[string]json.RawMessage
		if *rows == 0 || json.Unmarshal([]byte(body), &page) != nil || page["end_of_stream"] == nil {
			return body
		}
		for _, key := range []string{"tickets", "users", "organizations", "ticket_events"} {
			var all []map[string]json.RawMessage
			if page[key] == nil || json.Unmarshal(page[key], &all) != nil {
				continue
			}
			all = all[:max(0, len(all)-*rows)]
			page[key], page["end_of_stream"] = raw(t, all), raw(t, true)
			if page["end_time"] != nil {
				page["count"] = raw(t, len(all))
			}
		}
		return string(raw(t, page))
	})
}
