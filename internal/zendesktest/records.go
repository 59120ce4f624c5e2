package zendesktest

import (
	"iter"
	"strconv"
	"strings"
)

// Single records and the lists of users, organizations and tickets, which leave out what is deleted.

func walkRows(of func(*Server) *roll) func(*call, entry) iter.Seq[entry] {
	return func(c *call, from entry) iter.Seq[entry] {
		return func(yield func(entry) bool) {
			r := of(c.s)
			for row := max(from.at, 0); row < r.rows(); row++ {
				if e := (entry{at: row, id: r.feed.id(row, 0), row: row}); e.compare(from) > 0 && !yield(e) {
					return
				}
			}
		}
	}
}

func usersOf(s *Server) *roll         { return s.users }
func organizationsOf(s *Server) *roll { return s.organizations }
func ticketsOf(s *Server) *roll       { return s.tickets }

var (
	userList = source{"users", walkRows(usersOf), func(c *call, p *page, e entry) {
		if c.s.users.standing(e.row).ended == 0 {
			c.s.user(&p.writer, e.row)
		}
	}}
	organizationList = source{"organizations", walkRows(organizationsOf), func(c *call, p *page, e entry) {
		if c.s.organizations.standing(e.row).ended == 0 {
			c.s.organization(&p.writer, e.row, false)
		}
	}}
	ticketList = source{"tickets", walkRows(ticketsOf), func(c *call, p *page, e entry) {
		if t := c.s.ticket(e.row, nil); !t.deleted() && !t.archived(c.now.Unix()) {
			c.s.ticketJSON(&p.writer, &t, c.includes("metric_sets"))
		}
	}}
)

// one answers with a single record: {"<key>":{...}}.
func one(key string, find func(c *call, w *writer, id int64) bool) func(*call) (*page, error) {
	return func(c *call) (*page, error) {
		id, err := strconv.ParseInt(c.args[0], 10, 64)
		if err != nil {
			return nil, errRecord
		}
		w := c.s.writer()
		w.open('{')
		w.key(key)
		if !find(c, &w, id) {
			return nil, errRecord
		}
		w.close('}')
		return c.s.object(string(w.b)), nil
	}
}

// many answers with the records of ?ids=, those that are there.
func many(key string, find func(c *call, w *writer, id int64) bool) func(*call) (*page, error) {
	return func(c *call) (*page, error) {
		ids := strings.Split(c.query.Get("ids"), ",")
		if len(ids) > 100 {
			return nil, refuse("TooManyIds", "Too many ids", "ids holds at most 100")
		}
		p := c.s.page(key)
		for _, text := range ids {
			if id, err := strconv.ParseInt(text, 10, 64); err == nil && find(c, &p.writer, id) {
				p.row(id)
			}
		}
		p.say("next_page", "null")
		p.say("previous_page", "null")
		p.say("count", strconv.Itoa(len(p.marks)))
		return p, nil
	}
}

func findTicket(c *call, w *writer, id int64) bool {
	row, ok := c.s.tickets.find(id, func(id int64) int64 { return id - 1 })
	if !ok {
		return false
	}
	t := c.s.ticket(row, nil)
	if !t.deleted() {
		c.s.ticketJSON(w, &t, c.includes("metric_sets"))
	}
	return !t.deleted()
}

func findUser(c *call, w *writer, id int64) bool {
	row, ok := c.s.users.find(id, c.s.userRow)
	if ok {
		c.s.user(w, row)
	}
	return ok
}

func findOrganization(c *call, w *writer, id int64) bool {
	row, ok := c.s.organizations.find(id, c.s.organizationRow)
	if ok = ok && c.s.organizations.standing(row).ended == 0; ok {
		c.s.organization(w, row, false)
	}
	return ok
}
