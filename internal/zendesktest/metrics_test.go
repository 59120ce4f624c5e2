package zendesktest

import (
	"encoding/json"
	"testing"
	"time"
)

// minutesOf reads a duration of a metric set.
type minutesOf struct{ Calendar, Business *int64 }

type metricSet struct {
	TicketID  int64      `json:"ticket_id"`
	Created   time.Time  `json:"created_at"`
	Replies   int        `json:"replies"`
	Solved    *time.Time `json:"solved_at"`
	FirstWait minutesOf  `json:"reply_time_in_minutes"`
	Full      minutesOf  `json:"full_resolution_time_in_minutes"`
}

func TestMetricSetsAgreeWithTheAudits(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 300})
	agents := map[int64]bool{}
	for row := range int64(s.opts.Agents + 1) {
		agents[userID(row)] = true
	}
	replies, first := map[int64]int{}, map[int64]time.Time{}
	for r := range s.Truth("ticket_comments") {
		var c struct {
			Ticket  int64 `json:"ticket_id"`
			Author  int64 `json:"author_id"`
			Public  bool
			Created time.Time `json:"created_at"`
		}
		if err := json.Unmarshal(r.JSON, &c); err != nil {
			t.Fatal(err)
		}
		if c.Public && agents[c.Author] {
			if replies[c.Ticket]++; replies[c.Ticket] == 1 {
				first[c.Ticket] = c.Created
			}
		}
	}
	for r := range s.Truth("ticket_metrics") {
		var m metricSet
		if err := json.Unmarshal(r.JSON, &m); err != nil {
			t.Fatal(err)
		}
		if m.Replies != replies[m.TicketID] {
			t.Errorf("ticket %d: %d replies, its comments say %d", m.TicketID, m.Replies, replies[m.TicketID])
		}
		if at, ok := first[m.TicketID]; ok != (m.FirstWait.Calendar != nil) || ok && int64(at.Sub(m.Created).Minutes()) != *m.FirstWait.Calendar {
			t.Errorf("ticket %d: first reply after %v", m.TicketID, m.FirstWait.Calendar)
		}
		if (m.Solved == nil) != (m.Full.Calendar == nil) || m.Full.Calendar != nil && *m.Full.Business > *m.Full.Calendar {
			t.Errorf("ticket %d: %s", m.TicketID, r.JSON)
		}
	}
}

func TestBusinessTimeLeavesOutNightsAndWeekends(t *testing.T) {
	t.Parallel()
	at := func(text string) int64 {
		moment, err := time.Parse(time.DateTime, text)
		if err != nil {
			t.Fatal(err)
		}
		return moment.Unix()
	}
	for _, c := range [...]struct {
		from, to string
		want     int64
	}{
		{"2026-11-20 10:00:00", "2026-11-20 11:30:00", 90 * minute}, // a Friday
		{"2026-11-20 16:00:00", "2026-11-23 10:00:00", 2 * hour},    // over the weekend
		{"2026-11-21 08:00:00", "2026-11-22 20:00:00", 0},
		{"2026-11-23 00:00:00", "2026-11-25 00:00:00", 16 * hour},
		{"2026-11-23 20:00:00", "2026-11-24 08:00:00", 0},
	} {
		if got := businessSeconds(at(c.from), at(c.to)); got != c.want {
			t.Errorf("%s to %s: %d s, want %d", c.from, c.to, got, c.want)
		}
	}
}

func TestMostTicketsOfTheYearAreClosedAndTheYoungestAreNot(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 3000})
	counts := map[string]int{}
	for r := range s.Truth("tickets") {
		var ticket struct{ Status string }
		if err := json.Unmarshal(r.JSON, &ticket); err != nil {
			t.Fatal(err)
		}
		counts[ticket.Status]++
	}
	for _, status := range []string{"open", "pending", "solved", "closed", "deleted"} {
		if counts[status] == 0 {
			t.Error("no ticket is", status)
		}
	}
	if counts["closed"] < 2000 {
		t.Error(counts)
	}
}
