package zendesk

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"desklake/internal/zendesktest"
)

// emptied takes the rows out of an answer and makes it the last page of its list.
func emptied(table string) string {
	return fmt.Sprintf(`{%q:[],"meta":{"has_more":false,"after_cursor":null},"links":{"next":null},"next_page":null}`, table)
}

// behindFirst reports that a request is for a page behind a list's first one.
func behindFirst(r *http.Request) bool {
	q := r.URL.Query()
	return q.Has("page[after]") || q.Has("page") && q.Get("page") != "1"
}

func TestAnEmptyPageThatWasPromisedIsNoEndOfAList(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"macros", "satisfaction_ratings", "ticket_forms"} {
		for _, times := range []int{1, 1000} {
			t.Run(fmt.Sprint(table, " ", times), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 600, TicketBytes: 500, Macros: 230})
					for range 147 {
						desk.Add("ticket_forms")
					}
					left := times
					r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), func(r *http.Request, body string) string {
						if left > 0 && behindFirst(r) {
							left--
							return emptied(table)
						}
						return count.ReplaceAllString(body, `"total":0`)
					})})
					r.try(table)
					if err := r.errs[table]; (err != nil) != (times > 1) {
						t.Fatalf("error: %v", err)
					} else if err != nil {
						isToldAsTheHelpdesksOwn(t, err)
						return
					}
					r.holds(desk, table)
				})
			})
		}
	}
}

func TestAnEmptyPageThatLeadsOnInTheMiddleOfAListIsNotBelieved(t *testing.T) {
	t.Parallel()
	rows := regexp.MustCompile(`"macros":\[`)
	for times, fails := range map[int]bool{1: false, 1000: true} {
		t.Run(fmt.Sprint(times), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk, left := zendesktest.New(zendesktest.Options{Tickets: 5, Macros: 330}), times
				r := newReplica(t, desk, Options{Transport: rewrite(desk.Transport(), func(r *http.Request, body string) string {
					if left > 0 && r.URL.Query().Has("page[after]") && strings.Contains(body, `"has_more":true`) {
						left--
						return rows.ReplaceAllString(body, `"macros":[],"was":[`)
					}
					return body
				})})
				r.try("macros")
				if err := r.errs["macros"]; (err != nil) != fails {
					t.Fatalf("error: %v", err)
				}
				if !fails {
					r.holds(desk, "macros")
				}
			})
		})
	}
}

// Some endpoints say that there is more behind a page that is full, and have nothing there.
func TestAListWhoseRowsFillItsPagesMayEndWithAnEmptyOne(t *testing.T) {
	t.Parallel()
	for name, fixed := range map[string]bool{"pages have the size that is asked for": false, "pages have a size of their own": true} {
		for _, table := range []string{"macros", "satisfaction_ratings"} {
			t.Run(table+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 600, TicketBytes: 500, Macros: 200})
					for n := 0; ; n++ {
						rows := 0
						for record := range desk.Truth(table) {
							if !record.Deleted {
								rows++
							}
						}
						if rows%100 == 0 {
							break
						}
						if table == "macros" {
							desk.Add(table)
							continue
						}
						id := desk.CreateTicket(zendesktest.Update{Comment: "hello"})
						desk.RateTicket(id, "good", "thanks")
					}
					transport := desk.Transport()
					if fixed {
						transport = capped(transport, 100)
					}
					r := newReplica(t, desk, Options{Transport: endsEmpty(transport, table, fixed)})
					r.run(table)
					r.holds(desk, table)
				})
			})
		}
	}
}

// endsEmpty is an endpoint whose full pages always lead on, at the last to an empty one.
func endsEmpty(rt http.RoundTripper, table string, fixed bool) http.RoundTripper {
	cursor := regexp.MustCompile(`"after_cursor":(null|"[^"]*")`)
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		end := r.URL.Query().Get("page[after]") == "end"
		if end {
			r = r.Clone(r.Context())
			q := r.URL.Query()
			q.Del("page[after]")
			r.URL.RawQuery = q.Encode()
		}
		return rewrite(rt, func(r *http.Request, body string) string {
			size, _ := strconv.Atoi(r.URL.Query().Get("page[size]"))
			if fixed {
				size = 100
			}
			switch {
			case end:
				return emptied(table)
			case strings.Count(body, `"url":`) >= size && strings.Contains(body, `"has_more":false`):
				return cursor.ReplaceAllString(strings.Replace(body, `"has_more":false`, `"has_more":true`, 1), `"after_cursor":"end"`)
			}
			return body
		}).RoundTrip(r)
	})
}

func TestAListThatIsGivenWholeWhicheverPageIsAskedForIsACompletePass(t *testing.T) {
	t.Parallel()
	for _, forms := range []int{99, 100} {
		t.Run(strconv.Itoa(forms), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 5})
				for range forms - 3 {
					desk.Add("ticket_forms")
				}
				whole := roundTrip(func(r *http.Request) (*http.Response, error) {
					r = r.Clone(r.Context())
					r.URL.RawQuery = ""
					return rewrite(desk.Transport(), func(_ *http.Request, body string) string {
						return next.ReplaceAllString(count.ReplaceAllString(body, `"total":0`), `"was":0`)
					}).RoundTrip(r)
				})
				r := newReplica(t, desk, Options{Transport: whole})
				r.run("ticket_forms")
				r.holds(desk, "ticket_forms")
				if n := desk.Count("ticket_forms"); n > 1+forms/100 {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

var next = regexp.MustCompile(`"next_page":(null|"[^"]*")`)
