package zendesk

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"desklake/internal/zendesktest"
)

// between calls do in front of requests whose query has the words, so many times.
func between(rt http.RoundTripper, words string, times int, do func()) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if times > 0 && strings.Contains(r.URL.RawQuery, words) {
			times--
			do()
		}
		return rt.RoundTrip(r)
	})
}

// withForms is a helpdesk with 150 ticket forms: two pages.
func withForms() *zendesktest.Server {
	desk := zendesktest.New(zendesktest.Options{Tickets: 5})
	for range 147 {
		desk.Add("ticket_forms")
	}
	return desk
}

func TestAListThatMovesWhileItIsReadIsReadAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		times  int
		adds   bool // as many rows as it deletes
		silent bool // the envelopes have no count
		fails  bool
	}{
		"a row is deleted":          {times: 1},
		"and the count is not told": {times: 1, silent: true},
		"and another one is added":  {times: 1, adds: true},
		"twice":                     {times: 2, adds: true},
		"each time":                 {times: 100, fails: true},
		"each time, and the count stays the same": {times: 100, adds: true, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk, n := withForms(), 0
				moving := between(desk.Transport(), "page=2", test.times, func() {
					desk.Delete("ticket_forms", someKey(t, desk, "ticket_forms", 4+n))
					if n++; test.adds {
						desk.Add("ticket_forms")
					}
				})
				if test.silent {
					moving = rewrite(moving, func(_ *http.Request, body string) string { return count.ReplaceAllString(body, `"total":0`) })
				}
				r := newReplica(t, desk, Options{Transport: moving})
				r.try("ticket_forms")
				if err := r.errs["ticket_forms"]; (err != nil) != test.fails || err != nil && !strings.Contains(err.Error(), "each time it changed") {
					t.Errorf("error: %v", err)
				}
				if !test.fails {
					r.holds(desk, "ticket_forms")
				}
				if got := desk.Count("ticket_forms"); got > 3*maxReadings {
					t.Errorf("%d requests", got)
				}
				if r.cost.Requests != desk.Count("ticket_forms") {
					t.Errorf("the pages tell of %d requests, the helpdesk of %d", r.cost.Requests, desk.Count("ticket_forms"))
				}
			})
		})
	}
}

func TestAListByNumberThatStandsStillIsReadOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := withForms()
		r := newReplica(t, desk, Options{})
		r.run("ticket_forms", "sla_policies")
		r.holds(desk, "ticket_forms")
		if forms, policies := desk.Count("ticket_forms"), desk.Count("slas/policies"); forms != 3 || policies != 1 || r.read != 154 {
			t.Errorf("%d requests for two pages, %d for one, %d rows", forms, policies, r.read)
		}
	})
}

// byNumber lets requests by cursor fail.
func byNumber(rt http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		resp, err := rt.RoundTrip(r)
		if err == nil && r.URL.Query().Has("page[size]") {
			resp.StatusCode = http.StatusInternalServerError
		}
		return resp, err
	})
}

func TestAListThatMovesIsReadAgainWhereItIsReadByNumberInstead(t *testing.T) {
	t.Parallel()
	for table, change := range map[string]func(*testing.T, *zendesktest.Server){
		"macros": func(t *testing.T, desk *zendesktest.Server) { desk.Delete("macros", someKey(t, desk, "macros", 4)) },
		"satisfaction_ratings": func(t *testing.T, desk *zendesktest.Server) { // which moves it to the end
			for record := range desk.Truth("satisfaction_ratings") {
				desk.RateTicket(parseInt(t, parse(t, record.JSON)["ticket_id"].(fmt.Stringer).String()), "bad", "changed")
				return
			}
		},
	} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 600, TicketBytes: 500, Macros: 250})
				moving := between(desk.Transport(), "page=3&per_page=50", 1, func() { change(t, desk) })
				r := newReplica(t, desk, Options{Transport: byNumber(moving)})
				r.run(table)
				r.holds(desk, table)
			})
		})
	}
}

func TestAListByCursorThatContradictsItselfIsReadAgain(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`"id":(\d+)`)
	for name, change := range map[string]func(first, body string) string{
		"a record comes twice": func(first, body string) string {
			return strings.Replace(body, id.FindString(body), id.FindString(first), 1)
		},
		"there are fewer records than the count": func(_, body string) string {
			return strings.Replace(body, `"meta":`, `"count":1000,"meta":`, 1)
		},
	} {
		for _, times := range []int{1, 100} {
			fails := times > 1 && strings.Contains(name, "fewer")
			t.Run(fmt.Sprint(name, " ", times), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 5, Macros: 230})
					first, left := "", times
					changed := rewrite(desk.Transport(), func(r *http.Request, body string) string {
						if !r.URL.Query().Has("page[after]") {
							first = body
						} else if !strings.Contains(body, `"has_more":true`) || !strings.Contains(name, "fewer") {
							if left--; left >= 0 {
								return change(first, body)
							}
						}
						return body
					})
					r := newReplica(t, desk, Options{Transport: changed})
					r.try("macros")
					if err := r.errs["macros"]; (err != nil) != fails || err != nil && !strings.Contains(err.Error(), "each time it changed") {
						t.Errorf("error: %v", err)
					}
					if times == 1 {
						r.holds(desk, "macros")
					}
					if n := desk.Count("macros"); !fails && n > 6 {
						t.Errorf("%d requests", n)
					}
				})
			})
		}
	}
}
