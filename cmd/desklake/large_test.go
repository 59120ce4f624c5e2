package main

import (
	"fmt"
	"testing"

	"desklake/internal/zendesktest"
)

func TestAHundredThousandTicketsArriveOnceAndOnlyChangesAreWrittenAgain(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("takes ten seconds, a minute with the race detector")
	}
	t.Parallel()
	const n = 100_000
	tables := []string{"tickets", "users", "organizations"}
	h := newHelpdesk(t, zendesktest.Options{Tickets: n, Users: 5000, AuditsPerTicket: 1, TicketBytes: 1})
	l := newLake(t, h)
	l.sync(tables...)
	for _, table := range tables {
		live := 0
		for r := range h.Truth(table) {
			if !r.Deleted {
				live++
			}
		}
		got := l.one(fmt.Sprintf("SELECT count(*) = count(DISTINCT id), count(*) FILTER (_desklake_deleted_at IS NULL) FROM %s", table))
		if want := fmt.Sprintf("true|%d", live); got != want {
			t.Errorf("%s: keys are unique, live rows: %s; want %s", table, got, want)
		}
	}
	if got := l.one("SELECT count(*), min(id), max(id) FROM tickets"); got != fmt.Sprintf("%d|1|%[1]d", n) {
		t.Errorf("tickets are %s", got)
	}
	first := l.one("SELECT run_id FROM desklake.runs")

	h.Forget()
	l.sync(tables...)
	for _, endpoint := range []string{"incremental/tickets/cursor", "incremental/users/cursor", "incremental/organizations"} {
		if requests := h.Count(endpoint); requests > 2 {
			t.Errorf("%s: %d requests with nothing new", endpoint, requests)
		}
	}
	written := "SELECT count(*) FROM tickets WHERE _desklake_run_id <> '" + first + "'"
	if got := l.one(written); got != "0" {
		t.Errorf("%s tickets were written again with nothing new", got)
	}

	changed := []int64{1, 777, 50_000, 99_999, n}
	h.later(func() {
		for _, id := range changed {
			h.UpdateTicket(id, zendesktest.Update{Comment: "Any news?", Fields: map[string]string{"subject": `"changed"`}})
		}
	})
	l.sync(tables...)
	if got := l.query("SELECT id FROM tickets WHERE _desklake_run_id <> '" + first + "' ORDER BY id"); fmt.Sprint(got) != fmt.Sprint(changed) {
		t.Errorf("written again were the tickets %v instead of %v", got, changed)
	}
	if got := l.one("SELECT count(*) FROM tickets WHERE subject = 'changed'"); got != "5" {
		t.Errorf("%s tickets have changed", got)
	}
}
