package zendesktest

import "time"

// timers are a ticket's metrics, kept while its acts are played.
type timers struct {
	groupStations, assigneeStations, reopens, replies int64

	assigneeUpdated, requesterUpdated, statusUpdated int64
	initiallyAssigned, assigned, solved, lastComment int64

	firstReply, firstSolved          int64 // times
	agentWait, requesterWait, onHold span
	since                            int64 // when the status last changed
}

// span is a duration in seconds, by the calendar and within business hours.
type span struct{ calendar, business int64 }

func (s *span) add(from, to int64) {
	s.calendar += to - from
	s.business += businessSeconds(from, to)
}

// pass lets the time run up to the act, in the status that the ticket had until then.
func (m *timers) pass(t *ticket, a *act) {
	if m.since == 0 {
		m.since = a.at
	}
	if a.at <= m.since {
		return
	}
	switch t.values[status].n {
	case statusNew, statusOpen:
		m.requesterWait.add(m.since, a.at)
	case statusPending:
		m.agentWait.add(m.since, a.at)
	case statusHold:
		m.requesterWait.add(m.since, a.at)
		m.onHold.add(m.since, a.at)
	}
	m.since = a.at
}

func (m *timers) set(t *ticket, a *act, f field, first bool) {
	switch f {
	case group:
		m.groupStations++
	case assignee:
		m.assigneeStations++
		m.assigneeUpdated, m.assigned = a.at, a.at
		if m.initiallyAssigned == 0 {
			m.initiallyAssigned = a.at
		}
	case requester:
		m.requesterUpdated = a.at
	case status:
		m.statusUpdated = a.at
		switch n := t.values[status].n; {
		case n == statusSolved:
			m.solved = a.at
			if m.firstSolved == 0 {
				m.firstSolved = a.at
			}
		case n < statusSolved && m.solved != 0:
			m.reopens++
			m.solved = 0
		}
	}
}

func (m *timers) say(t *ticket, a *act) {
	m.lastComment = a.at
	if !a.comment.byAgent {
		m.requesterUpdated = a.at
		return
	}
	m.assigneeUpdated = a.at
	if a.comment.public {
		m.replies++
		if m.firstReply == 0 {
			m.firstReply = a.at
		}
	}
}

// businessSeconds counts the seconds of a period that lie on weekdays between nine and five, UTC.
func businessSeconds(from, to int64) int64 {
	const opens, closes = 9 * hour, 17 * hour
	sum := int64(0)
	for d := from / day; d*day < to; d++ {
		switch time.Weekday((d + 4) % 7) { // 1 January 1970 was a Thursday
		case time.Saturday, time.Sunday:
			continue
		}
		if opened, closed := max(from, d*day+opens), min(to, d*day+closes); closed > opened {
			sum += closed - opened
		}
	}
	return sum
}

// metrics writes the ticket's metric set and returns where it begins.
func (w *writer) metrics(t *ticket) int {
	m := &t.timers
	from := w.open('{')
	w.url("ticket_metrics", metricsID(t.id))
	w.int("id", metricsID(t.id))
	w.int("ticket_id", t.id)
	w.time("created_at", t.created)
	w.time("updated_at", t.updated)
	w.int("group_stations", m.groupStations)
	w.int("assignee_stations", m.assigneeStations)
	w.int("reopens", m.reopens)
	w.int("replies", m.replies)
	w.time("assignee_updated_at", m.assigneeUpdated)
	w.time("requester_updated_at", m.requesterUpdated)
	w.time("status_updated_at", m.statusUpdated)
	w.time("custom_status_updated_at", m.statusUpdated)
	w.time("initially_assigned_at", m.initiallyAssigned)
	w.time("assigned_at", m.assigned)
	w.time("solved_at", m.solved)
	w.time("latest_comment_added_at", m.lastComment)
	w.minutesUntil("reply_time_in_minutes", t.created, m.firstReply)
	w.minutesUntil("first_resolution_time_in_minutes", t.created, m.firstSolved)
	w.minutesUntil("full_resolution_time_in_minutes", t.created, m.solved)
	w.minutes("agent_wait_time_in_minutes", m.agentWait, m.solved != 0)
	w.minutes("requester_wait_time_in_minutes", m.requesterWait, m.solved != 0)
	w.minutes("on_hold_time_in_minutes", m.onHold, true)
	w.under("reply_time_in_seconds", '{')
	if channels[t.channel].name == "native_messaging" && m.firstReply != 0 {
		w.int("calendar", m.firstReply-t.created)
	} else {
		w.null("calendar")
	}
	w.close('}')
	w.close('}')
	return from
}

func metricsID(ticket int64) int64 { return 39_000_000_000_000 + ticket*3 }

func (w *writer) minutesUntil(name string, from, to int64) {
	if to == 0 {
		w.minutes(name, span{}, false)
		return
	}
	w.minutes(name, span{to - from, businessSeconds(from, to)}, true)
}

func (w *writer) minutes(name string, s span, known bool) {
	w.under(name, '{')
	if known {
		w.int("calendar", s.calendar/minute)
		w.int("business", s.business/minute)
	} else {
		w.null("calendar")
		w.null("business")
	}
	w.close('}')
}
