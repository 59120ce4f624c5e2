package zendesktest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
)

// Change does n random changes all over the helpdesk: new, changed, renamed, deleted, restored, merged, rated and
// touched records. Of the lists it changes those that somebody has read, or all as long as nobody has read any. The same
// rng on the same helpdesk, asked for the same, gives the same changes.
func (s *Server) Change(rng *rand.Rand, n int) {
	for range n {
		switch weighted(rng, 30, 8, 8, 3, 3, 4, 1, 8, 5, 12) {
		case 0:
			s.UpdateTicket(s.someTicket(rng), s.someUpdate(rng))
		case 1:
			s.Add("tickets")
		case 2:
			s.TouchTicket(s.someTicket(rng))
		case 3:
			s.Delete("tickets", s.someTicket(rng))
		case 4:
			s.restoreSome(rng)
		case 5:
			s.RateTicket(s.someTicket(rng), [...]string{"good", "bad"}[rng.IntN(2)], [...]string{"", "Danke, super!", "too slow"}[rng.IntN(3)])
		case 6:
			from := s.someTicket(rng)
			s.MergeTickets(from, from%s.ticketCount()+1)
		case 7:
			s.changeRoll(rng, "users")
		case 8:
			s.changeRoll(rng, "organizations")
		case 9:
			s.changeList(rng)
		}
	}
}

func (s *Server) ticketCount() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.tickets.rows()
}

func (s *Server) someTicket(rng *rand.Rand) int64 {
	if n := s.ticketCount(); n > 0 {
		return 1 + rng.Int64N(n)
	}
	return s.Add("tickets")
}

// restoreSome restores a deleted ticket, if one is found soon.
func (s *Server) restoreSome(rng *rand.Rand) {
	for range 100 {
		id := s.someTicket(rng)
		s.mu.RLock()
		t := s.ticket(id-1, nil)
		s.mu.RUnlock()
		if t.deleted() {
			s.Restore("tickets", id)
			return
		}
	}
}

func (s *Server) someUpdate(rng *rand.Rand) Update {
	agent := userID(1 + rng.Int64N(int64(s.opts.Agents)))
	g := rng.IntN(s.opts.Groups)
	choices := [...]Update{
		{Author: agent, Comment: "We are looking into it.\n\nRegards", Fields: map[string]string{"status": `"pending"`}},
		{Author: agent, Comment: "Kunde hat angerufen \"dringend\" 📞", Internal: true},
		{Author: agent, Fields: map[string]string{"priority": `"urgent"`, "tags": `["vip","größe_falsch"]`}},
		{Author: agent, Fields: map[string]string{"group_id": fmt.Sprint(s.groupID(g)), "assignee_id": fmt.Sprint(s.agentOf(g, rng.Uint64()))}},
		{Author: -1, Fields: map[string]string{"subject": string(appendString(nil, fmt.Sprintf("Renamed №%d <b>", rng.IntN(1000))))}},
		{Author: agent, Fields: map[string]string{strconv.FormatInt(customID(rng.IntN(len(customKinds))), 10): `"changed"`}},
		{Author: agent, Fields: map[string]string{"due_at": `"2027-01-31T00:00:00Z"`, "external_id": `""`, "type": "null"}},
		{Author: agent, Comment: "Solved.", Fields: map[string]string{"status": `"solved"`, "organization_id": "null"}},
		{Author: -1, Fields: map[string]string{"status": `"closed"`, "problem_id": "1"}},
	}
	return choices[rng.IntN(len(choices))]
}

func (s *Server) changeRoll(rng *rand.Rand, table string) {
	s.mu.RLock()
	r := s.users
	if table == "organizations" {
		r = s.organizations
	}
	first := r.kept
	id := r.feed.id(first+rng.Int64N(r.rows()-first), 0)
	s.mu.RUnlock()
	switch weighted(rng, 2, 4, 2, 1) {
	case 0:
		s.Add(table)
	case 1:
		s.Update(table, id, rng.IntN(1_000_000))
	case 2:
		s.Delete(table, id)
	case 3:
		s.Restore(table, id)
	}
}

func (s *Server) changeList(rng *rand.Rand) {
	s.mu.RLock()
	read := slices.DeleteFunc(slices.Clone(s.lists), func(l *list) bool { return !l.read.Load() })
	if len(read) == 0 {
		read = s.lists
	}
	l := read[rng.IntN(len(read))]
	row := l.rows[rng.IntN(len(l.rows))]
	s.mu.RUnlock()
	choice := weighted(rng, 2, 4, 2, 2)
	if row.gone {
		choice = 3
	} else if l.forgets() {
		choice = min(choice, 1)
	}
	switch choice {
	case 0:
		s.Add(l.Table)
	case 1:
		s.Update(l.Table, row.id, rng.IntN(1_000_000))
	case 2:
		s.Delete(l.Table, row.id)
	case 3:
		s.Restore(l.Table, row.id)
	}
}

// Update gives a record that is not a ticket another name, or what it has instead of one: the notes of a user,
// the count of a tag. The number makes it differ.
func (s *Server) Update(table string, id int64, number int) {
	field, raw := "notes", string(appendString(nil, fmt.Sprintf("Neu ✎ %d", number)))
	if table != "users" && table != "organizations" {
		l := s.list(table)
		field = cmp.Or(l.Renamed, l.Changed)
		if l.Renamed == "" { // nothing else shows it
			raw = `"` + dateTime(s.now().Unix()) + `"`
		}
	}
	switch field {
	case "":
		panic("zendesktest: no field of " + table + " shows a change")
	case "count":
		raw = strconv.Itoa(number)
	case "default":
		raw = strconv.FormatBool(number%2 == 0)
	}
	s.Set(table, id, field, raw)
}
