package zendesktest

import (
	"slices"
	"testing"
)

func TestAnHourByHourWalkFindsTheSameAsLayingThePastOut(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Seed: 3, Tickets: 700, Users: 200, AuditsPerTicket: 9})
	for name, f := range map[string]*feed{
		"tickets": &s.tickets.feed, "events": &s.events, "ratings": &s.ratings, "users": &s.users.feed,
	} {
		whole := f.layOut()
		f.early = nil
		if got := slices.Collect(f.behind(all)); !slices.Equal(whole, got) {
			t.Error(name, len(got), len(whole))
		}
		middle := whole[len(whole)/2]
		if got := slices.Collect(f.behind(middle)); !slices.Equal(whole[len(whole)/2+1:], got) {
			t.Error(name, "behind the middle", len(got))
		}
	}
}

func TestALifeIsInOrderAndWithinItsHours(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 5000, AuditsPerTicket: 30})
	h := s.tickets.history
	var life [maxSteps]int64
	audits := 0
	for row := range h.rows() {
		times := h.life(row, life[:0])
		if len(times) == 0 || !slices.IsSorted(times) {
			t.Fatal(row, times)
		}
		for j, at := range times {
			if want := h.birth(row) + h.story(row).steps[j].hour; h.hourOf(at) != want {
				t.Fatalf("row %d step %d: hour %d, want %d", row, j, h.hourOf(at), want)
			}
			if leavesAudit(h.story(row).steps[j]) {
				audits++
			}
		}
	}
	if mean := float64(audits) / 5000; mean < 27 || mean > 31 {
		t.Error("audits per ticket:", mean)
	}
}
