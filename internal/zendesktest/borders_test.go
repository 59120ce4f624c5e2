package zendesktest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// clock is a clock that tests move.
type clock struct{ now time.Time }

func (c *clock) read() time.Time { return c.now }

func TestChangesOfTheLastMinuteAreHeldBack(t *testing.T) {
	t.Parallel()
	c := &clock{someDay}
	s := helpdesk(Options{Tickets: 20, Now: c.read})
	before := len(walkCursor(t, s, "tickets", "&support_type_scope=all"))
	s.Add("tickets")
	c.now = c.now.Add(59 * time.Second)
	if got := len(walkCursor(t, s, "tickets", "&support_type_scope=all")); got != before {
		t.Error("a change of the last minute was shown")
	}
	c.now = c.now.Add(time.Second)
	if got := len(walkCursor(t, s, "tickets", "&support_type_scope=all")); got != before+1 {
		t.Error("a change of a minute ago was not shown")
	}
}

func TestAStartTimeOfTheLastMinuteIsRefused(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{400: "StartTimeTooRecent", 422: "Too recent start_time"} {
		s := helpdesk(Options{TooRecent: status})
		for _, path := range []string{"tickets/cursor", "users/cursor", "organizations", "ticket_events"} {
			now := someDay.Unix()
			if o := ask(s.Client(), fmt.Sprintf("https://x/api/v2/incremental/%s?start_time=%d", path, now-59)); o.status != status || !strings.Contains(string(o.body), want) {
				t.Error(path, o.status, string(o.body))
			}
			if o := ask(s.Client(), fmt.Sprintf("https://x/api/v2/incremental/%s?start_time=%d", path, now-61)); o.status != 200 {
				t.Error(path, o.status, string(o.body))
			}
		}
	}
}

func TestACursorPollWithNothingNewHasNoCursorToGive(t *testing.T) {
	t.Parallel()
	c := &clock{someDay}
	s := helpdesk(Options{Tickets: 30, Now: c.read})
	const path = "incremental/tickets/cursor?support_type_scope=all&"
	_, e := get(t, s, path+"start_time=0")
	cursor := e.text("after_cursor")
	raw, err := base64.StdEncoding.DecodeString(cursor)
	if !e.flag("end_of_stream") || err != nil || !regexp.MustCompile(`^\d+\.0\|\|\d+\|$`).Match(raw) {
		t.Fatalf("%q %s", raw, e["end_of_stream"])
	}
	poll := path + "cursor=" + url.QueryEscape(cursor)
	_, e = get(t, s, poll)
	if string(e["tickets"]) != "[]" || string(e["after_cursor"]) != "null" || string(e["after_url"]) != "null" || !e.flag("end_of_stream") {
		t.Error(e)
	}
	s.TouchTicket(5)
	c.now = c.now.Add(time.Minute)
	_, e = get(t, s, poll)
	if rows := records(t, e, "tickets"); len(rows) != 1 || idOf(rows[0]) != "5" || e.text("after_cursor") == cursor {
		t.Error(e)
	}
}

func TestATouchedTicketMovesItsGeneratedTimestampOnly(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 5})
	without := regexp.MustCompile(`"generated_timestamp":\d+`)
	before, audits := truth(s, "tickets")["3"], len(truth(s, "ticket_audits"))
	s.TouchTicket(3)
	after := truth(s, "tickets")["3"]
	if want := fmt.Sprintf(`"generated_timestamp":%d`, someDay.Unix()); !strings.Contains(after, want) ||
		without.ReplaceAllString(before, "") != without.ReplaceAllString(after, "") {
		t.Error(after)
	}
	if len(truth(s, "ticket_audits")) != audits {
		t.Error("an audit was left")
	}
}

func TestTheTimeExportRepeatsTheBorderAndStallsInAFullSecond(t *testing.T) {
	t.Parallel()
	c := &clock{someDay}
	s := helpdesk(Options{Organizations: 1500, Users: 30, Tickets: 1, Now: c.read})
	_, e := get(t, s, "incremental/organizations?start_time=0")
	first := records(t, e, "organizations")
	if len(first) != 1000 || string(e["count"]) != "1000" || e.flag("end_of_stream") {
		t.Fatal(len(first), e["count"])
	}
	_, e = get(t, s, "incremental/organizations?start_time="+string(e["end_time"]))
	if idOf(records(t, e, "organizations")[0]) != idOf(first[999]) && string(records(t, e, "organizations")[0]) != string(first[999]) {
		ids := map[string]bool{}
		for _, r := range first {
			ids[idOf(r)] = true
		}
		if !ids[idOf(records(t, e, "organizations")[0])] {
			t.Error("no row of the border came again")
		}
	}
	c.now = c.now.Add(time.Hour)
	s.Burst("organizations", 1000)
	second := c.now.Unix()
	c.now = c.now.Add(time.Hour)
	_, e = get(t, s, fmt.Sprint("incremental/organizations?start_time=", second))
	if !e.flag("end_of_stream") {
		t.Error("exactly a thousand rows are all there are")
	}
	s.At(time.Unix(second, 0), func() { s.Add("organizations") })
	_, e = get(t, s, fmt.Sprint("incremental/organizations?start_time=", second))
	if string(e["end_time"]) != strconv.FormatInt(second, 10) || e.flag("end_of_stream") || string(e["next_page"]) == "null" {
		t.Error("the stream is not stuck", e["end_time"], e["end_of_stream"])
	}
	_, e = get(t, s, fmt.Sprint("incremental/organizations?start_time=", second+3000))
	if string(e["count"]) != "0" || string(e["end_time"]) != "null" || string(e["next_page"]) == "null" || !e.flag("end_of_stream") {
		t.Error(e)
	}
}

func TestTheCursorExportPassesABurstInOneSecond(t *testing.T) {
	t.Parallel()
	c := &clock{someDay}
	s := helpdesk(Options{Tickets: 40, Now: c.read})
	ids := s.Burst("tickets", 1200)
	c.now = c.now.Add(time.Minute)
	got := walkCursor(t, s, "tickets", "&support_type_scope=all&per_page=500")
	for _, id := range ids {
		if _, ok := got[strconv.FormatInt(id, 10)]; !ok {
			t.Fatal(id, "is missing")
		}
	}
}

func TestALateRowAppearsBehindTheCursor(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 40})
	_, e := get(t, s, "incremental/tickets/cursor?start_time=0&support_type_scope=all")
	s.At(someDay.Add(-2*time.Hour), func() { s.Add("tickets") })
	_, poll := get(t, s, "incremental/tickets/cursor?support_type_scope=all&cursor="+url.QueryEscape(e.text("after_cursor")))
	if len(records(t, poll, "tickets")) != 0 {
		t.Error("it came although it lies behind")
	}
	if got := walkCursor(t, s, "tickets", "&support_type_scope=all"); len(got) != 41 {
		t.Error(len(got))
	}
}

func TestFiltersOfTheTicketExportWork(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 400})
	everything := walkCursor(t, s, "tickets", "&support_type_scope=all")
	byDefault := walkCursor(t, s, "tickets", "")
	robots := walkCursor(t, s, "tickets", "&support_type_scope=ai_agent")
	if len(robots) == 0 || len(byDefault)+len(robots) != len(everything) {
		t.Error(len(everything), len(byDefault), len(robots))
	}
	live := walkCursor(t, s, "tickets", "&support_type_scope=all&exclude_deleted=true")
	deleted := 0
	for _, raw := range everything {
		if strings.Contains(raw, `"status":"deleted"`) {
			deleted++
		}
	}
	if deleted == 0 || len(live)+deleted != len(everything) {
		t.Error(len(everything), len(live), deleted)
	}
	_, e := get(t, s, "tickets/count")
	if want := fmt.Sprintf(`{"value":%d,"refreshed_at":"2026-11-20T12:00:00Z"}`, len(live)); string(e["count"]) != want {
		t.Error(string(e["count"]), want)
	}
	if keys := slices.Collect(maps.Keys(live)); len(keys) == 0 {
		t.Error("nothing lives")
	}
}
