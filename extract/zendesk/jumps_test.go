package zendesk

import (
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
)

// inPages is a helpdesk whose exports come in pages of fifty rows, some days apart.
func inPages(t *testing.T) *zendesktest.Server {
	t.Helper()
	desk := zendesktest.New(zendesktest.Options{Tickets: 300, Users: 300, TicketBytes: 500, AuditsPerTicket: 1})
	desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(50)})
	return desk
}

// jumping lets so many pages that are asked for by cursor, and are not the last, lead to a place, with their rows or without.
func jumping(rt http.RoundTripper, times int, to place, rows bool) http.RoundTripper {
	return rewrite(rt, func(r *http.Request, body string) string {
		if times > 0 && r.URL.Query().Has("cursor") && strings.Contains(body, `"end_of_stream":false`) {
			times--
			body = replaceField(body, "after_cursor", `"`+to.cursor()+`"`)
			if !rows {
				i := strings.Index(body, ":[")
				body = body[:i] + `:[],"was":[` + body[i+2:]
			}
		}
		return body
	})
}

func TestACursorThatLeadsBeyondTheRowsOfItsPageLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("many walks, each on its own")
	}
	t.Parallel()
	for name, times := range map[string]int{"once": 1, "each time": 1000} {
		for table, o := range map[string]Options{"tickets": {}, "users": {}, "ticket_audits": {AuditsInFull: true}} {
			t.Run(table+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := inPages(t)
					o.Transport = jumping(desk.Transport(), times, place{at: time.Now().Add(-time.Hour).Unix()}, true)
					r := newReplica(t, desk, o)
					r.run(table)
					r.holds(desk, table)
					told := slices.DeleteFunc(r.issues, func(i issue) bool { return i.Column != "" })
					if len(told) != 1 || !says(told, "beyond the last row") {
						t.Errorf("issues: %+v", told)
					}
				})
			})
		}
	}
}

func TestAnEmptyPageThatLeadsFarAheadIsAskedForAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := inPages(t)
		r := newReplica(t, desk, Options{Transport: jumping(desk.Transport(), 1, place{at: time.Now().Add(-time.Hour).Unix()}, false)})
		r.run("users")
		r.holds(desk, "users")
	})
}

// emptying lets so many pages of exports that have rows come empty, in front of the last one; each leads on as it did.
func emptying(rt http.RoundTripper, times *int) http.RoundTripper {
	rows := regexp.MustCompile(`"(users|organizations|tickets|ticket_events)":\[\{`)
	told := regexp.MustCompile(`"count":\d+`)
	return rewrite(rt, func(_ *http.Request, body string) string {
		if *times <= 0 || !strings.Contains(body, `"end_of_stream":false`) {
			return body
		}
		*times--
		return told.ReplaceAllString(rows.ReplaceAllString(body, `"$1":[],"was":[{`), `"count":0`)
	})
}

// An empty page that leads on however often it is asked for can be one whose rows the export leaves out, or lost: nothing else
// is lost by it, and what it can have had is asked for again in each run.
func TestAnEmptyPageThatLeadsOnIsAHole(t *testing.T) {
	if testing.Short() {
		t.Skip("many walks, each on its own")
	}
	t.Parallel()
	for _, table := range []string{"users", "organizations", "tickets", "ticket_comments"} {
		for _, times := range []int{1, 2, 3, 4} {
			t.Run(fmt.Sprint(table, " ", times), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 300, Users: 300, Organizations: 300, TicketBytes: 500, AuditsPerTicket: 1})
					desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(50)})
					left := times
					r := newReplica(t, desk, Options{Transport: emptying(desk.Transport(), &left)})
					r.run(table)
					if noRow(r.issues) {
						t.Errorf("a page that may come is told of as lost: %+v", r.issues)
					}
					if times == 1 {
						r.holds(desk, table)
					}
					time.Sleep(time.Hour)
					r.issues = nil
					if r.run(table); noRow(r.issues) {
						t.Errorf("what came is told of: %+v", r.issues)
					}
					r.holds(desk, table)
					time.Sleep(time.Hour)
					desk.Forget()
					if r.run(table); desk.Count("") > 1 {
						t.Errorf("%d requests where nothing is missing", desk.Count(""))
					}
				})
			})
		}
	}
}

func TestAnEmptyPageThatStaysIsToldInTheNextRunAndAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"users", "organizations"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 20, Users: 300, Organizations: 300, TicketBytes: 500})
				desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(50)})
				left := 2
				r := newReplica(t, desk, Options{Transport: emptying(desk.Transport(), &left)})
				for n := range 3 {
					r.issues = nil
					r.run(table)
					if noRow(r.issues) != (n > 0) {
						t.Errorf("run %d: %+v", n, r.issues)
					}
					left = 1
					time.Sleep(time.Hour)
				}
				left = 0
				r.run(table)
				r.holds(desk, table)
			})
		})
	}
}

// Nobody reads a window again of itself: there a page that may come is told at once, and the window asked for again brings it.
func TestAnEmptyPageThatLeadsOnInAWindowIsToldAtOnce(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"users", "organizations"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, left, l := withTimeline(t, false)
				for n := range 2 {
					*left, r.issues = 2-2*n, nil
					for _, st := range r.source.catalog().Select([]string{table}) {
						st.Window = extract.Window{From: l.rows[3].at, To: l.rows[36].at}
						if err := r.stream(st); err != nil {
							t.Error(err)
						}
					}
					if noRow(r.issues) != (n == 0) {
						t.Errorf("reading %d: %+v", n, r.issues)
					}
				}
				for _, row := range l.rows[3:36] {
					if _, ok := r.rows[table][itoa(int64(row.id))]; !ok {
						t.Errorf("row %d is missing", row.id)
					}
				}
			})
		})
	}
}

func TestAnEmptyPageBehindACursorWithoutAShapeIsAHole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, left, l := withTimeline(t, true)
		*left = 2
		for range 2 {
			r.run("users")
			time.Sleep(time.Hour)
		}
		for _, row := range l.rows {
			if _, ok := r.rows["users"][itoa(int64(row.id))]; !ok {
				t.Errorf("row %d is missing", row.id)
			}
		}
		if noRow(r.issues) {
			t.Errorf("issues: %+v", r.issues)
		}
		before := l.answers
		if r.run("users"); l.answers != before+1 {
			t.Errorf("%d requests where nothing is missing", l.answers-before)
		}
	})
}

// withTimeline reads a helpdesk whose forty rows come in pages of five; so many of its next pages come empty.
func withTimeline(t *testing.T, opaque bool) (r *replica, left *int, l *timeline) {
	l, left = &timeline{page: 5, opaque: opaque}, new(int)
	for range 40 {
		l.add(0)
		time.Sleep(10 * time.Minute)
	}
	return newReplica(t, nil, Options{Transport: emptying(l, left)}), left, l
}

func noRow(issues []issue) bool {
	return slices.ContainsFunc(issues, func(i issue) bool { return i.NoRow })
}

func TestAStalePageIsNoEndOfAStream(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		times int
		fails bool
	}{"once": {1, false}, "each time": {1000, true}} {
		for _, table := range []string{"tickets", "users"} {
			t.Run(table+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 20, Users: 20, TicketBytes: 500})
					kept, left := "", 0
					cached := rewrite(desk.Transport(), func(_ *http.Request, body string) string {
						if left--; left >= 0 {
							return kept
						}
						kept = body
						return body
					})
					r := newReplica(t, desk, Options{Transport: cached})
					r.run(table)
					added := itoa(desk.Add(table))
					time.Sleep(time.Hour)
					left = test.times
					r.try(table)
					if err := r.errs[table]; (err != nil) != test.fails {
						t.Errorf("error: %v", err)
					} else if err != nil {
						isToldAsTheHelpdesksOwn(t, err)
					}
					left = 0
					r.run(table)
					if _, ok := r.rows[table][added]; !ok {
						t.Error("what was added since is missing")
					}
				})
			})
		}
	}
}

func TestAStalePageClosesNoHole(t *testing.T) {
	t.Parallel()
	f := fetched{envelope: &envelope{rows: 3, after: place{100, 7}.cursor(), told: true, last: true}}
	if rest, closed := (hole{origin: origin{After: f.after}, Until: 200}).behind(f, false); closed {
		t.Errorf("closed, with the rest %+v", rest)
	}
	f.rows = 0
	if _, closed := (hole{origin: origin{After: f.after}, Until: 200}).behind(f, false); !closed {
		t.Error("a hole in which there is nothing is not closed")
	}
}
