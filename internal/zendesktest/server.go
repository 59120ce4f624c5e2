// Package zendesktest is a helpdesk in memory that answers like Zendesk Support, for tests and for the demo.
//
// It is written from Zendesk's documentation and from recorded answers, and it knows nothing of desklake's own
// tables, so that a wrong path or key in one of those is found. Its past is computed from a seed when it is
// asked for, at any size; what changes later is kept beside it. It checks credentials, counts requests against
// limits, and misbehaves when it is told to (see Fault). Truth gives the records as the API would give them.
// Start with New; serve with Start over real HTTP, or with Transport inside the process, also in virtual time.
package zendesktest

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Server is a helpdesk. It is an http.Handler; all methods may be called at any time, also while it answers.
type Server struct {
	opts Options
	base string // of the urls in records

	mu            sync.RWMutex // guards the data
	tickets       *roll        // its standing is not used: a ticket is the sum of its acts
	events        feed
	ratings       feed
	users         *roll
	organizations *roll
	lists         []*list
	later         map[int64]*acts             // what happened to tickets after the generated past
	edits         map[string]map[int64][]edit // table, id
	drift         map[string][]edit
	hidden        map[int64]bool // comments that were made private
	pinned        time.Time      // see At
	cache         sync.Map       // url to *page, see Options.Cache

	routes []route // the lists' among them

	desk desk // who asked what, limits, tokens, faults
}

// acts are the later acts of a ticket.
type acts struct {
	acts   []act
	audits int // the ticket has so far
}

// edit replaces a field of a record by raw JSON.
type edit struct{ field, raw string }

// New makes a helpdesk.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{
		opts: o, base: "https://" + o.Subdomain + ".zendesk.com/api/v2/",
		later: map[int64]*acts{}, edits: map[string]map[int64][]edit{}, drift: map[string][]edit{},
		hidden: map[int64]bool{},
	}
	past := func(salt uint64, n, early int, stories []story) *history {
		return newHistory(mix(o.Seed, salt), o.Since, o.Until, n, early, stories)
	}
	s.users = newRoll(past(1, o.Users, o.Agents+2+(o.Users-o.Agents)/5, storiesOfOthers(o.Seed, 2)), userID)
	s.users.kept = int64(o.Agents) + 1
	s.organizations = newRoll(past(2, o.Organizations, o.Organizations/2+1, storiesOfOthers(o.Seed, 3)), organizationID)
	h := past(3, o.Tickets, 0, storiesOfTickets(o.Seed, o.Groups, o.AuditsPerTicket))
	s.tickets = newRoll(h, func(row int64) int64 { return row + 1 })
	s.events = feed{history: h, keep: leavesAudit, id: s.eventID}
	s.ratings = feed{
		history: h, keep: func(s step) bool { return s.kind == rated }, changed: map[int64]int64{},
		id: func(row int64, _ int) int64 { return ratingID(row + 1) },
	}
	for _, f := range []*feed{&s.tickets.feed, &s.events, &s.ratings, &s.users.feed, &s.organizations.feed} {
		f.open()
	}
	s.lists, s.routes = s.newLists(), routes
	for _, l := range s.lists {
		s.fill(l)
		s.routes = append(slices.Clip(s.routes), l.routes()...)
	}
	s.desk.open(o)
	return s
}

// eventID returns the id of the audit that a step leaves. Only the system's acts leave none, and in a
// generated life they come last: so the audit's number is the step's.
func (s *Server) eventID(row int64, step int) int64 { return auditID(row+1, step) }

func (s *Server) now() time.Time { return s.opts.Now() }

func (s *Server) writer() writer { return writer{base: s.base} }

// finish puts the edits and the drift into the record that begins at from.
func (s *Server) finish(w *writer, table string, id int64, from int) {
	if len(s.edits) == 0 && len(s.drift) == 0 {
		return
	}
	for _, list := range [...][]edit{s.drift[table], s.edits[table][id]} {
		for _, e := range list {
			record := setField(w.b[from:len(w.b):len(w.b)], e.field, e.raw)
			w.b = append(w.b[:from], record...)
		}
	}
}

// ServeHTTP answers a request of real HTTP.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := s.answer(r)
	a.serve(w)
}

// answer is everything but the wire.
func (s *Server) answer(r *http.Request) *Answer {
	if before := s.desk.hook(); before != nil {
		before(r)
	}
	if s.opts.Latency > 0 {
		pause(r.Context(), s.opts.Latency)
	}
	c := &call{s: s, r: r, now: s.now(), query: r.URL.Query(), path: endpoint(r.URL.Path)}
	a := &Answer{Request: r, Status: http.StatusOK, Header: http.Header{}}
	c.answer = a
	a.Header.Set("Content-Type", "application/json; charset=utf-8")
	a.Header.Set("Date", c.now.UTC().Format(http.TimeFormat))
	a.page, a.err = c.dispatch()
	s.desk.spoil(c, a)
	a.seal()
	s.desk.record(c, a)
	return a
}
