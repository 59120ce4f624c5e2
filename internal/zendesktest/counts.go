package zendesktest

import (
	"fmt"
	"math"
)

// count answers a count endpoint. Counts are approximate above 100,000 at Zendesk; these are exact.
func count(of func(*call) int64) func(*call) (*page, error) {
	return func(c *call) (*page, error) {
		return c.s.object(fmt.Sprintf(`{"count":{"value":%d,"refreshed_at":"%s"}}`, of(c), dateTime(c.now.Unix()))), nil
	}
}

// counted counts by walking.
func counted(x source) func(*call) int64 {
	return func(c *call) int64 {
		p := c.s.page(x.key)
		x.fill(c, p, all, math.MaxInt)
		return int64(len(p.marks))
	}
}

// countOf counts a ticket's audits, or its comments.
func countOf(comments bool) func(*call) (*page, error) {
	return func(c *call) (*page, error) {
		t, err := c.ticketRow()
		if err != nil || t.deleted() {
			return nil, errRecord
		}
		return count(func(c *call) int64 {
			n := int64(0)
			for range walkAudits(t.row)(c, all) {
				if !comments || c.audit.comment.present {
					n++
				}
			}
			return n
		})(c)
	}
}

// reached counts the generated rows that have come to a step of the kind.
func (h *history) reached(k kind) int64 {
	sum, every := int64(0), int64(len(h.stories))
	for n, story := range h.stories {
		for _, s := range story.steps {
			if s.kind == k && s.hour < h.hours() {
				born := h.born[h.hours()-s.hour]
				sum += (born - int64(n) + every - 1) / every
				break
			}
		}
	}
	return sum
}

// came says whether the row has come to a step of the kind.
func (h *history) came(row int64, k kind) bool {
	if row >= h.rows() {
		return false
	}
	birth := h.birth(row)
	for _, s := range h.story(row).steps {
		if s.kind == k {
			return birth+s.hour < h.hours()
		}
	}
	return false
}

func (s *Server) liveTickets() int64 {
	live := s.tickets.rows() - s.tickets.history.reached(removed)
	for row := range s.later {
		if t := s.ticket(row, nil); t.deleted() {
			live--
		}
		if s.tickets.history.came(row, removed) {
			live++
		}
	}
	return live
}

// live counts the rows of a roll that were not deleted.
func (r *roll) live() int64 {
	n := r.rows() - r.history.reached(ended)
	for row := range r.kept {
		if r.history.came(row, ended) {
			n++
		}
	}
	for row, at := range r.gone {
		if row >= r.kept && r.history.came(row, ended) {
			n++
		}
		if at != 0 {
			n--
		}
	}
	return n
}
