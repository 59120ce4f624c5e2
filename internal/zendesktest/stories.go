package zendesktest

import (
	"math/rand/v2"
)

// kind is what happens at a step of a row's life.
type kind uint8

const (
	created kind = iota

	// tickets
	assigned   // an agent takes it
	replied    // the agent answers in public: pending
	answered   // the requester writes back: open
	noted      // an internal comment
	detailed   // a custom field is filled in
	called     // a telephone call: a voice comment
	held       // waits for somebody else: hold
	escalated  // goes to another group, with a higher priority
	solved     // the agent answers and solves
	reopened   // the requester is not content
	rated      // the requester rates the support
	closed     // an automation closes it, four days later
	removed    // an agent deletes it
	recomputed // the system touches it: generated_timestamp moves, updated_at does not, no audit

	// users and organizations
	edited
	ended // a user is deactivated, an organization deleted
)

const (
	ticketStories = 120 // divisible by nothing that a report groups by
	maxSteps      = 768
	minute        = 60
	day           = 24 * hour
)

// leavesAudit says which steps of a ticket's life are audits.
func leavesAudit(s step) bool { return s.kind != recomputed }

// weighted picks a position with the probability of its weight.
func weighted(r *rand.Rand, weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := r.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}

// storiesOfTickets invents what happens to tickets: so many audits on average, replies as fast as the
// priority asks and the group can.
func storiesOfTickets(seed uint64, groups, audits int) []story {
	r := dice(seed, 1)
	stories := make([]story, ticketStories)
	spread := 0
	for k := range stories {
		s := &stories[k]
		s.group = weighted(r, groupWeights(groups)...)
		s.priority = weighted(r, 4, 15, 54, 20, 7) // none, low, normal, high, urgent
		s.channel = weighted(r, 44, 24, 12, 12, 8)
		if k%2 == 0 {
			spread = r.IntN(max(audits/2, 1))
		}
		n := audits + spread*(1-k%2*2) // a long one for each short one
		s.steps = plotTicket(r, s, n)
	}
	return stories
}

func plotTicket(r *rand.Rand, s *story, audits int) []step {
	patience := []float64{6, 9, 4, 1.2, 0.3}[s.priority] * []float64{1, 0.6, 1.7, 0.8, 1.3, 2.2}[s.group%6]
	pace := func(hours float64) int64 { return int64(hour * hours * (0.3 + 1.4*r.Float64())) }
	kinds, delays := []kind{created}, []int64{0}
	room := 0
	add := func(k kind, delay int64) {
		if len(kinds) < room {
			kinds, delays = append(kinds, k), append(delays, delay)
		}
	}
	ending := [...][]kind{{}, {solved}, {solved, rated}, {solved, closed}, {solved, rated, closed}, {removed}}[weighted(r, 3, 3, 3, 44, 44, 3)]
	room = audits - len(ending)
	add(assigned, pace(patience/3))
	add(replied, pace(patience*2/3))
	for len(kinds) < room {
		switch weighted(r, 8, 4, 3, 2, 2, 1) {
		case 0:
			add(answered, pace(9))
			add(replied, pace(patience))
		case 1:
			add(noted, pace(1))
		case 2:
			add(detailed, int64(minute+r.IntN(10*minute)))
		case 3:
			add(held, pace(2))
			add(replied, pace(20))
		case 4:
			add(called, pace(3))
		case 5:
			add(escalated, pace(2))
		}
		if len(kinds) > 8 && r.IntN(12) == 0 {
			add(solved, pace(2))
			add(reopened, pace(30))
			add(replied, pace(patience))
		}
	}
	room = audits
	for _, k := range ending {
		switch k {
		case closed:
			add(k, 4*day)
		case rated:
			add(k, pace(12))
		default:
			add(k, pace(5))
		}
	}
	if r.IntN(8) == 0 {
		kinds, delays = append(kinds, recomputed), append(delays, pace(20))
	}
	return plot(kinds, delays)
}

// storiesOfOthers are those of users and organizations: some are edited, a few come to their end.
func storiesOfOthers(seed, salt uint64) []story {
	r := dice(seed, salt)
	stories := make([]story, 60)
	for k := range stories {
		kinds, delays := []kind{created}, []int64{0}
		for range weighted(r, 5, 3, 1) {
			kinds, delays = append(kinds, edited), append(delays, int64(hour+r.IntN(60*day)))
		}
		if k%20 == 7 {
			kinds, delays = append(kinds, ended), append(delays, int64(day+r.IntN(90*day)))
		}
		stories[k].steps = plot(kinds, delays)
	}
	return stories
}
