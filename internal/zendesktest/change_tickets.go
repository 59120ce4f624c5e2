package zendesktest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Update is a change of a ticket by somebody: it leaves one audit.
type Update struct {
	Author   int64  // a user's id, or -1 for the system; 0 for the owner of the helpdesk
	Comment  string // none where empty
	Internal bool   // the comment is not public

	// Fields are the new values as raw JSON by the names that audits give fields: subject, status, tags,
	// assignee_id, ..., and the id of a custom field.
	Fields map[string]string
}

// CreateTicket makes a ticket, with plausible values for what the update does not say, and returns its id.
func (s *Server) CreateTicket(u Update) int64 {
	defer s.changing()()
	return s.createTicket(u, s.instant())
}

// UpdateTicket changes a ticket.
func (s *Server) UpdateTicket(id int64, u Update) {
	defer s.changing()()
	s.update(s.mustTicket(id), u, s.instant())
}

// TouchTicket lets the system change a ticket: its generated_timestamp moves, its updated_at does not.
func (s *Server) TouchTicket(id int64) {
	defer s.changing()()
	s.happen(s.mustTicket(id), act{at: s.instant(), system: true})
}

// RateTicket lets the requester rate a ticket, or change the rating: good, bad or offered.
func (s *Server) RateTicket(id int64, score, comment string) {
	defer s.changing()()
	row := s.mustTicket(id)
	asker := s.ticket(row, nil).values[requester].n
	s.happen(row, act{at: s.instant(), author: asker, channel: channelWeb, rating: &rating{score: score, comment: comment}})
}

// MergeTickets closes one ticket and adds what it said to another.
func (s *Server) MergeTickets(from, into int64) {
	defer s.changing()()
	at := s.instant()
	s.update(s.mustTicket(from), Update{Comment: fmt.Sprintf("This request was merged into request #%d.", into), Fields: map[string]string{
		"status": `"closed"`, "tags": `["closed_by_merge"]`}}, at)
	s.update(s.mustTicket(into), Update{Internal: true, Comment: fmt.Sprintf("Request #%d was merged into this one.", from)}, at)
}

// MakePrivate turns a public comment into an internal one. The export does not give the old comment again:
// only the audit of the change says so.
func (s *Server) MakePrivate(ticket, comment int64) {
	defer s.changing()()
	s.hidden[comment] = true
	s.happen(s.mustTicket(ticket), act{at: s.instant(), author: userID(0), channel: channelWeb, private: comment})
}

func (s *Server) createTicket(u Update, at int64) int64 {
	row := s.tickets.add(at)
	t := ticket{row: row, id: row + 1, seed: mix(s.opts.Seed, uint64(row), 3)}
	a := act{at: at, channel: channelWeb, author: s.requesterOf(&t, at)}
	a.comment = comment{present: true, public: true, seed: t.seed, text: u.Comment}
	s.birth(&a, &t, int(t.seed%uint64(s.opts.Groups)), int64(1+t.seed>>9%4))
	a.sets = append(a.sets, u.sets()...)
	s.happen(row, a)
	return t.id
}

func (s *Server) update(row int64, u Update, at int64) {
	a := act{at: at, author: u.Author, channel: channelWeb, sets: u.sets()}
	if a.author == 0 {
		a.author = userID(0)
	}
	if a.author == -1 {
		a.channel = channelRule
	}
	if u.Comment != "" {
		asker := s.ticket(row, nil).values[requester].n
		a.comment = comment{present: true, public: !u.Internal, byAgent: a.author != asker, text: strings.ToValidUTF8(u.Comment, "\ufffd")}
	}
	s.happen(row, a)
}

func (s *Server) deleteTicket(row, at int64, gone bool) {
	a := act{at: at, author: userID(0), channel: channelWeb}
	if a.status(statusOpen); gone {
		a.sets = nil
		a.status(statusDeleted)
	}
	s.happen(row, a)
}

// happen adds an act to a ticket and puts it, its audit and its rating where the exports find them.
func (s *Server) happen(row int64, a act) {
	later := s.later[row]
	if later == nil {
		later = &acts{audits: s.ticket(row, nil).acts}
		s.later[row] = later
	}
	later.acts = append(later.acts, a)
	s.tickets.feed.touch(row, 0, s.ticket(row, nil).generated)
	if a.system {
		return
	}
	s.events.touch(row, later.audits, a.at)
	later.audits++
	if a.rating != nil {
		s.ratings.touch(row, 0, a.at)
	}
}

// sets returns the values in the order of their names.
func (u Update) sets() []set {
	var a act
	for _, name := range slices.Sorted(maps.Keys(u.Fields)) {
		f, raw := fieldOf(name), u.Fields[name]
		if v := parse(f, raw); f == status {
			a.status(v.n)
		} else {
			a.set(f, v)
		}
	}
	return a.sets
}

func fieldOf(name string) field {
	if i := slices.Index(fieldNames[:], name); i >= 0 {
		return field(i)
	}
	for k := range customKinds {
		if name == strconv.FormatInt(customID(k), 10) {
			return custom + field(k)
		}
	}
	panic("zendesktest: no ticket field " + name)
}

// parse turns raw JSON into a value: a number where the field's value is one by nature.
func parse(f field, raw string) value {
	if raw == "null" {
		return value{}
	}
	switch f {
	case status:
		return value{n: int64(max(slices.Index(statuses[:], raw), 0))}
	case priority:
		return value{n: int64(max(slices.Index(priorities[:], raw), 0))}
	case ticketType:
		return value{n: int64(max(slices.Index(types[:], raw), 0))}
	case group, assignee, requester, organization, brand, form, problem, customStatus:
		if n, err := strconv.ParseInt(raw, 10, 64); err == nil {
			return value{n: n}
		}
	}
	return value{raw: raw}
}
