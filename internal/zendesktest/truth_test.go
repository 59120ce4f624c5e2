package zendesktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"
	"time"
)

// walkTime walks a time-based export from the beginning; rows repeat at the borders of pages.
func walkTime(t *testing.T, s *Server, resource, parameters string) map[string]string {
	t.Helper()
	rows, start := map[string]string{}, "0"
	for range 10_000 {
		status, e := get(t, s, "incremental/"+resource+".json?start_time="+start+parameters)
		if status != 200 {
			t.Fatal(status, e)
		}
		for _, raw := range records(t, e, resource) {
			rows[idOf(raw)] = string(raw)
		}
		if string(e["next_page"]) == "null" {
			t.Fatal("next_page is null")
		}
		if e.flag("end_of_stream") {
			return rows
		}
		start = string(e["end_time"])
	}
	t.Fatal("no end")
	return nil
}

// walkList walks a list endpoint.
func walkList(t *testing.T, s *Server, path, key, parameters string) map[string]string {
	t.Helper()
	rows, after := map[string]string{}, ""
	for {
		status, e := get(t, s, path+"?page[size]=7"+parameters+after)
		if status != 200 {
			t.Fatal(path, status, e)
		}
		for _, raw := range records(t, e, key) {
			id := idOf(raw)
			if key == "tags" {
				id = tagName(raw)
			}
			if _, twice := rows[id]; twice {
				t.Fatalf("%s %s came twice", key, id)
			}
			rows[id] = string(raw)
		}
		var meta struct {
			HasMore     bool   `json:"has_more"`
			AfterCursor string `json:"after_cursor"`
		}
		if err := json.Unmarshal(e["meta"], &meta); err != nil {
			t.Fatal(path, err)
		}
		if !meta.HasMore {
			return rows
		}
		after = "&page[after]=" + url.QueryEscape(meta.AfterCursor)
	}
}

// walkPages walks an endpoint of the offset style.
func walkPages(t *testing.T, s *Server, path, key string) map[string]string {
	t.Helper()
	rows := map[string]string{}
	for n := 1; ; n++ {
		_, e := get(t, s, fmt.Sprintf("%s?per_page=2&page=%d", path, n))
		for _, raw := range records(t, e, key) {
			rows[idOf(raw)] = string(raw)
		}
		if string(e["next_page"]) == "null" {
			if string(e["count"]) != fmt.Sprint(len(rows)) {
				t.Errorf("%s: count %s of %d", path, e["count"], len(rows))
			}
			return rows
		}
	}
}

// living is the truth of what a list endpoint gives.
func living(s *Server, table string) map[string]string {
	rows := map[string]string{}
	for r := range s.Truth(table) {
		if !r.Deleted || table != "tickets" && !r.Gone {
			rows[r.Key] = string(r.JSON)
		}
	}
	return rows
}

// wholeTruth compares everything that can be asked for with the truth.
func wholeTruth(t *testing.T, s *Server) {
	t.Helper()
	const scope = "&support_type_scope=all"
	same(t, "tickets", truth(s, "tickets"), walkCursor(t, s, "tickets", scope+"&per_page=50"))
	same(t, "tickets by time", truth(s, "tickets"), walkTime(t, s, "tickets", scope))
	same(t, "users", truth(s, "users"), walkCursor(t, s, "users", scope))
	same(t, "organizations", truth(s, "organizations"), walkTime(t, s, "organizations", ""))
	same(t, "satisfaction_ratings", living(s, "satisfaction_ratings"), walkList(t, s, "satisfaction_ratings", "satisfaction_ratings", ""))
	for _, l := range s.lists {
		wholeList(t, s, l)
	}

	audits, events, metrics := map[string]string{}, map[string]string{}, map[string]string{}
	for _, raw := range walkCursor(t, s, "tickets", scope+"&include=metric_sets") {
		var ticket struct {
			MetricSet json.RawMessage `json:"metric_set"`
		}
		if err := json.Unmarshal([]byte(raw), &ticket); err != nil {
			t.Fatal(err)
		}
		if string(ticket.MetricSet) != "null" {
			metrics[idOf(ticket.MetricSet)] = string(ticket.MetricSet)
		}
	}
	same(t, "ticket_metrics", truth(s, "ticket_metrics"), metrics)
	for r := range s.Truth("ticket_audits") {
		var both struct{ Rest, Export json.RawMessage }
		if err := json.Unmarshal(r.JSON, &both); err != nil {
			t.Fatal(err)
		}
		events[r.Key] = string(both.Export)
		if !r.Deleted {
			audits[r.Key] = string(both.Rest)
		}
	}
	same(t, "ticket_events", events, walkTime(t, s, "ticket_events", scope+"&include=comment_events"))
	got, comments := map[string]string{}, map[string]string{}
	for id := range living(s, "tickets") {
		for key, raw := range walkList(t, s, "tickets/"+id+"/audits.json", "audits", "") {
			got[key] = raw
		}
		for key, raw := range walkList(t, s, "tickets/"+id+"/comments.json", "comments", "") {
			comments[key] = raw
		}
	}
	same(t, "audits", audits, got)
	listed := map[string]string{}
	for r := range s.Truth("ticket_comments") {
		var all struct{ List json.RawMessage }
		if err := json.Unmarshal(r.JSON, &all); err != nil {
			t.Fatal(err)
		}
		if !r.Deleted {
			listed[r.Key] = string(all.List)
		}
	}
	same(t, "comments", listed, comments)
	if unknown := s.Unknown(); unknown != nil {
		t.Error(unknown)
	}
}

// wholeList compares a list with the truth, read as its definition says.
func wholeList(t *testing.T, s *Server, l *list) {
	t.Helper()
	var rows map[string]string
	switch l.Paging {
	case Cursors:
		parameters := map[string]string{"groups": "&exclude_deleted=false", "ticket_fields": "&creator=true"}[l.Table]
		rows = walkList(t, s, l.Path, l.Envelope, parameters)
	case Numbers:
		rows = walkPages(t, s, l.Path+".json", l.Envelope)
	case OneAnswer:
		rows = map[string]string{}
		_, e := get(t, s, l.Path)
		for _, raw := range records(t, e, l.Envelope) {
			rows[idOf(raw)] = string(raw)
		}
	case CursorExport:
		rows = walkCursor(t, s, l.Envelope, "")
	case TimeExport:
		rows = walkTime(t, s, l.Envelope, "")
	}
	same(t, l.Table, living(s, l.Table), rows)
}

func TestEverythingThatCanBeAskedForIsTheTruthAfterManyChanges(t *testing.T) {
	if testing.Short() {
		t.Skip("everything is asked for five times, one behind the other")
	}
	t.Parallel()
	now := someDay
	s := helpdesk(Options{Tickets: 70, Users: 60, Now: func() time.Time { return now }})
	wholeTruth(t, s)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		now = now.Add(time.Hour)
		s.Change(rng, 120)
		now = now.Add(2 * time.Minute)
		wholeTruth(t, s)
	}
	s.Drift("tickets", "subject", `{"text":"now an object"}`)
	s.Drift("ticket_metrics", "mood", `[1,2]`)
	s.Drift("ticket_comments", "body", `17`)
	s.Drift("users", "brand_new", `"\ud800"`)
	s.Set("macros", 44_000_000_000_009, "position", `"first"`)
	now = now.Add(2 * time.Minute)
	wholeTruth(t, s)
}

func TestTheTruthIsTheSameForASeedAndValidJSON(t *testing.T) {
	t.Parallel()
	a, b := helpdesk(Options{Seed: 7, Tickets: 300}), helpdesk(Options{Seed: 7, Tickets: 300})
	other := helpdesk(Options{Seed: 8, Tickets: 300})
	for _, table := range a.Tables() {
		rows := truth(a, table)
		if len(rows) == 0 {
			t.Error(table, "is empty")
		}
		same(t, table, rows, truth(b, table))
		for key, raw := range rows {
			if !json.Valid([]byte(raw)) {
				t.Fatalf("%s %s: %s", table, key, raw)
			}
		}
		if slices.Contains([]string{"tickets", "users", "ticket_audits"}, table) && maps.Equal(rows, truth(other, table)) {
			t.Error(table, "does not depend on the seed")
		}
	}
}
