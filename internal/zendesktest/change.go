package zendesktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What changes after the generated past. All methods take the tables by their names; a table or an id that
// does not exist is a mistake in the test, and panics.

// At makes the changes within f happen at t, also in the past: then rows appear late, behind cursors that have
// already passed.
func (s *Server) At(t time.Time, f func()) {
	s.pin(t)
	defer s.pin(time.Time{})
	f()
}

func (s *Server) pin(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pinned = t
}

// instant returns when a change happens, in unix seconds.
func (s *Server) instant() int64 {
	if !s.pinned.IsZero() {
		return s.pinned.Unix()
	}
	return s.now().Unix()
}

// changing locks the data for a change.
func (s *Server) changing() (unlock func()) {
	s.mu.Lock()
	s.cache.Clear()
	return s.mu.Unlock
}

// Add makes a new record and returns its id. Of satisfaction ratings, audits and comments it makes none: they
// come with tickets.
func (s *Server) Add(table string) int64 {
	defer s.changing()()
	at := s.instant()
	switch table {
	case "tickets":
		return s.createTicket(Update{}, at)
	case "users":
		return userID(s.users.add(at))
	case "organizations":
		return organizationID(s.organizations.add(at))
	}
	return s.add(s.list(table), at)
}

// Burst adds n records within one second and returns their ids.
func (s *Server) Burst(table string, n int) []int64 {
	var ids []int64
	s.mu.RLock()
	at := s.instant()
	s.mu.RUnlock()
	s.At(time.Unix(at, 0), func() {
		for range n {
			ids = append(ids, s.Add(table))
		}
	})
	return ids
}

// Delete deletes a record as the API knows it: tickets get the status deleted, users are deactivated,
// organizations get a deleted_at; of lists see List.Deleted. An export that could not tell panics.
func (s *Server) Delete(table string, id int64) {
	defer s.changing()()
	s.delete(table, id, true)
}

// Restore brings a deleted record back.
func (s *Server) Restore(table string, id int64) {
	defer s.changing()()
	s.delete(table, id, false)
}

func (s *Server) delete(table string, id int64, gone bool) {
	at := s.instant()
	switch table {
	case "tickets":
		s.deleteTicket(s.mustTicket(id), at, gone)
	case "users", "organizations":
		r, row := s.mustRow(table, id)
		r.gone[row] = 0
		if gone {
			r.gone[row] = at
		}
		r.feed.touch(row, 0, at)
	default:
		s.list(table).delete(s, id, at, gone)
	}
}

// Set changes a field of a record to raw JSON, known or new, and moves the time of its last change: of a
// ticket, or its metric set, only the generated_timestamp. Nothing tells a client that an audit or a
// comment changed.
func (s *Server) Set(table string, id int64, field, raw string) {
	defer s.changing()()
	s.set(table, id, field, raw)
}

func (s *Server) set(table string, id int64, field, raw string) {
	at := s.instant()
	s.edit(table, id, field, raw)
	switch table {
	case "tickets":
		s.happen(s.mustTicket(id), act{at: at, system: true})
	case "ticket_metrics":
		s.happen(s.mustTicket((id-metricsID(0))/3), act{at: at, system: true})
	case "satisfaction_ratings":
		row := s.mustTicket((id - ratingID(0)) / 7)
		rated := s.ticket(row, nil).rated
		s.happen(row, act{at: at, author: userID(0), channel: channelAPI, rating: &rated})
	case "users", "organizations":
		r, row := s.mustRow(table, id)
		r.feed.touch(row, 0, at)
	case "ticket_audits", "ticket_comments":
	default:
		l := s.list(table)
		l.rows[l.must(table, id)].at = at
		if l.Changed != "" && field != l.Changed {
			s.edit(table, id, l.Changed, `"`+dateTime(at)+`"`)
		}
	}
}

func (s *Server) edit(table string, id int64, field, raw string) {
	if s.edits[table] == nil {
		s.edits[table] = map[int64][]edit{}
	}
	list := slices.DeleteFunc(s.edits[table][id], func(e edit) bool { return e.field == field })
	s.edits[table][id] = append(list, edit{field, raw})
}

// Drift makes every record of a table carry the field with the raw JSON from now on: another type for a
// known field, or a new field. It is part of the truth. No time moves. An empty raw ends it.
func (s *Server) Drift(table, field, raw string) {
	defer s.changing()()
	list := slices.DeleteFunc(s.drift[table], func(e edit) bool { return e.field == field })
	if raw != "" {
		list = append(list, edit{field, raw})
	}
	s.drift[table] = list
}

func (s *Server) list(table string) *list {
	for _, l := range s.lists {
		if l.Table == table {
			return l
		}
	}
	panic("zendesktest: there is no table " + table + ": a list that Zendesk documents is a literal in lists_plain.go")
}

// delete marks a record as deleted, or lets it be gone; or brings it back.
func (l *list) delete(s *Server, id, at int64, gone bool) {
	switch {
	case l.forgets():
		panic("zendesktest: nothing tells of a deletion in " + l.Table)
	case l.Deleted == "":
		l.rows[l.must(l.Table, id)].gone = gone
	case !strings.HasSuffix(l.Deleted, "_at"):
		s.set(l.Table, id, l.Deleted, strconv.FormatBool(gone))
	case gone:
		s.set(l.Table, id, l.Deleted, `"`+dateTime(at)+`"`)
	default:
		s.set(l.Table, id, l.Deleted, "null")
	}
}

func (l *list) must(table string, id int64) int {
	i, ok := l.find(id)
	if !ok {
		panic(fmt.Sprintf("zendesktest: %s: no record %d", table, id))
	}
	return i
}

func (s *Server) mustRow(table string, id int64) (*roll, int64) {
	r, rowOf := s.users, s.userRow
	if table == "organizations" {
		r, rowOf = s.organizations, s.organizationRow
	}
	row, ok := r.find(id, rowOf)
	if !ok {
		panic(fmt.Sprintf("zendesktest: %s: no record %d", table, id))
	}
	return r, row
}

func (s *Server) mustTicket(id int64) (row int64) {
	if id < 1 || id > s.tickets.rows() {
		panic(fmt.Sprintf("zendesktest: tickets: no record %d", id))
	}
	return id - 1
}
