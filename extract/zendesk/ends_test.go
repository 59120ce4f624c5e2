package zendesk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

// exported are the tables of every style of export, each with what makes its stream read that way.
var exported = map[string]Options{"tickets": {}, "users": {}, "organizations": {}, "ticket_comments": {}, "ticket_audits": {AuditsInFull: true}}

// ending is what becomes of some pages of exports: each is the last one all of a sudden, has a few of its rows or none, and leads
// as far as it did, or farther.
type ending struct {
	after, times int // so many pages with rows come as they are, so many end
	rows         int // that are left of them
	ahead        time.Duration
}

// ends lets the exports end so. The pages of the lists of audits have no end of a stream.
func (e *ending) ends(t *testing.T, rt http.RoundTripper) http.RoundTripper {
	return rewrite(rt, func(_ *http.Request, body string) string {
		var page map[string]json.RawMessage
		if json.Unmarshal([]byte(body), &page) != nil { // it is an error
			return body
		}
		for _, key := range []string{"tickets", "users", "organizations", "ticket_events"} {
			var rows []json.RawMessage
			if page["end_of_stream"] == nil || page[key] == nil || json.Unmarshal(page[key], &rows) != nil || len(rows) == 0 {
				continue
			}
			if e.after--; e.after >= 0 {
				return body
			}
			if e.times--; e.times >= 0 {
				return e.end(t, page, key, rows)
			}
		}
		return body
	})
}

func (e *ending) end(t *testing.T, page map[string]json.RawMessage, key string, rows []json.RawMessage) string {
	page[key] = raw(t, rows[:min(e.rows, len(rows))])
	page["end_of_stream"] = raw(t, true)
	at := time.Now().Add(e.ahead).Unix()
	if page["end_time"] != nil {
		page["count"] = raw(t, min(e.rows, len(rows)))
		if e.ahead != 0 {
			page["end_time"] = raw(t, at)
		}
	} else if e.ahead != 0 {
		page["after_cursor"] = raw(t, place{at, 7}.cursor())
	}
	return string(raw(t, page))
}

func raw(t *testing.T, v any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Error(err)
	}
	return text
}

// What a stream says of its end costs no row, whatever it says: the next run goes on behind the rows that were read.
func TestAStreamThatEndsTooEarlyLosesNothing(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]ending{
		"the first page is empty":                        {times: 1000},
		"the first page is empty, and leads to now":      {times: 1000, ahead: -time.Hour},
		"the third page is empty":                        {after: 2, times: 1000},
		"the third page is empty, and leads to now":      {after: 2, times: 1000, ahead: -time.Hour},
		"the third page is empty, and leads ahead":       {after: 2, times: 1000, ahead: time.Hour},
		"the third page has three rows":                  {after: 2, times: 1000, rows: 3},
		"the third page has three rows and leads to now": {after: 2, times: 1000, rows: 3, ahead: -time.Hour},
		"the third page has three rows and leads ahead":  {after: 2, times: 1000, rows: 3, ahead: time.Hour},
		"the first page has one row and leads to now":    {times: 1000, rows: 1, ahead: -time.Hour},
	} {
		for table, o := range exported {
			t.Run(table+" "+name, func(t *testing.T) {
				t.Parallel()
				e, unkept := e, e.after > 0 && e.rows == 0
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 200, Users: 200, Organizations: 200, TicketBytes: 500, AuditsPerTicket: 1})
					desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(50)})
					o.Transport = e.ends(t, desk.Transport())
					r := newReplica(t, desk, o)
					r.run(table)
					if noRow(r.issues) {
						t.Errorf("what the next run reads is told of as lost: %+v", r.issues)
					}
					if says(r.issues, "where there was to be more") != unkept {
						t.Errorf("issues: %+v", r.issues)
					}
					e.times = 0
					time.Sleep(time.Hour)
					r.run(table)
					r.holds(desk, table)
				})
			})
		}
	}
}

func TestAnEndBehindAPageThatIsNotTheLastIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for table, o := range exported {
		for _, ahead := range []time.Duration{0, -time.Hour} {
			t.Run(fmt.Sprint(table, " ", ahead), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 200, Users: 200, Organizations: 200, TicketBytes: 500, AuditsPerTicket: 1})
					desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(50)})
					e := &ending{after: 2, times: 1, ahead: ahead}
					o.Transport = e.ends(t, desk.Transport())
					r := newReplica(t, desk, o)
					r.run(table)
					r.holds(desk, table)
				})
			})
		}
	}
}

// Nobody reads a window again of itself.
func TestAnEmptyEndBehindAPageThatIsNotTheLastIsToldInAWindow(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"users", "organizations"} {
		for _, times := range []int{0, 1, 2} {
			t.Run(fmt.Sprint(table, " ", times), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 20, Users: 200, Organizations: 200, TicketBytes: 500})
					desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(20)})
					e := &ending{after: 2, times: times}
					r := newReplica(t, desk, Options{Transport: e.ends(t, desk.Transport())})
					for _, st := range r.source.catalog().Select([]string{table}) {
						st.Window = extract.Window{From: time.Now().AddDate(-5, 0, 0), To: time.Now().Add(-time.Hour)}
						if err := r.stream(st); err != nil {
							t.Error(err)
						}
					}
					if told := noRow(r.issues); told != (times == 2) {
						t.Errorf("issues: %+v", r.issues)
					}
				})
			})
		}
	}
}

// Rows do not vanish from an export: where one was missing, nothing is no answer. For a week.
func TestAnEmptyEndClosesNoHoleForAWeek(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"users", "organizations"} {
		for _, nights := range []int{1, 9} {
			t.Run(fmt.Sprint(table, " ", nights), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 20, Users: 300, Organizations: 300, TicketBytes: 500})
					desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(50)})
					left, e := 2, &ending{}
					r := newReplica(t, desk, Options{Transport: e.ends(t, emptying(desk.Transport(), &left))})
					r.run(table) // and has a hole
					for n := range nights {
						time.Sleep(day)
						r.issues, e.times = nil, 1
						r.run(table)
						if !says(r.issues, "still can't be read") && n < 8 {
							t.Errorf("night %d: %+v", n, r.issues)
						}
					}
					if gaveUp := says(r.issues, "given up"); gaveUp != (nights == 9) {
						t.Errorf("issues: %+v", r.issues)
					}
					time.Sleep(day)
					if r.run(table); nights == 1 {
						r.holds(desk, table)
					}
				})
			})
		}
	}
}

// A hole is asked for again from its beginning to the rows that were read behind it, whatever a page in it says of the end.
func TestAnEndInAHoleInFrontOfRowsThatWereReadLeavesTheRestOfIt(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"users", "organizations", "tickets"} {
		for _, rows := range []int{1, 4} {
			t.Run(fmt.Sprint(table, " ", rows), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 300, Users: 300, Organizations: 300, TicketBytes: 500})
					desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(50)})
					left, e := 2, &ending{}
					r := newReplica(t, desk, Options{Transport: e.ends(t, emptying(desk.Transport(), &left))})
					r.run(table) // and has a hole
					time.Sleep(day)
					e.times, e.rows = 2, rows
					r.run(table)
					if e.times > 0 {
						t.Fatal("nothing was asked for")
					}
					time.Sleep(day)
					r.run(table)
					r.holds(desk, table)
				})
			})
		}
	}
}
