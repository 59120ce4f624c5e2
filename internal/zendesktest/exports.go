package zendesktest

import (
	"encoding/base64"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
)

// The incremental exports. https://developer.zendesk.com/documentation/ticketing/managing-tickets/using-the-incremental-export-api

// export is a source whose last minute is held back.
type export struct{ source }

var (
	ticketExport       = export{source{"tickets", settled(func(s *Server) *feed { return &s.tickets.feed }), exportTicket}}
	userExport         = export{source{"users", settled(func(s *Server) *feed { return &s.users.feed }), exportUser}}
	organizationExport = export{source{"organizations", settled(func(s *Server) *feed { return &s.organizations.feed }), exportOrganization}}
	eventExport        = export{source{"ticket_events", settled(func(s *Server) *feed { return &s.events }), exportEvent}}
)

// settled walks a feed as far as its entries are old enough to be shown.
func settled(of func(*Server) *feed) func(*call, entry) iter.Seq[entry] {
	return func(c *call, from entry) iter.Seq[entry] {
		shown := c.now.Add(-c.s.opts.HoldBack).Unix()
		return func(yield func(entry) bool) {
			for e := range of(c.s).behind(from) {
				if e.at > shown || !yield(e) {
					return
				}
			}
		}
	}
}

const exportPage = 1000 // the most that a page holds, and how many it holds unless asked otherwise

func exportTicket(c *call, p *page, e entry) {
	t := c.s.ticket(e.row, nil)
	if t.deleted() && c.query.Get("exclude_deleted") == "true" || !c.wants(&t) {
		return
	}
	c.s.ticketJSON(&p.writer, &t, c.includes("metric_sets"))
}

// wants applies support_type_scope, which hides the tickets of AI agents unless it says all.
func (c *call) wants(t *ticket) bool {
	switch scope := c.query.Get("support_type_scope"); scope {
	case "all":
		return true
	case "ai_agent":
		return supportType(t) == scope
	}
	return supportType(t) == "agent"
}

func exportUser(c *call, p *page, e entry)         { c.s.user(&p.writer, e.row) }
func exportOrganization(c *call, p *page, e entry) { c.s.organization(&p.writer, e.row, true) }

// start reads start_time, which must be older than a minute.
func (c *call) start() (int64, error) {
	if !c.query.Has("start_time") {
		return 0, &refusal{400, `{"error":"MissingParameter","description":"start_time is missing"}`}
	}
	at, err := c.unix("start_time", 0)
	if err == nil && at > c.now.Unix()-60 {
		return 0, errTooRecent[c.s.opts.TooRecent]
	}
	return at, err
}

// byCursor is the cursor style: rows in the order of time and id, none repeated. A poll with nothing new has no
// cursor to give.
func (x export) byCursor(c *call) (*page, error) {
	size, err := c.number("per_page", exportPage, exportPage)
	if err != nil {
		return nil, err
	}
	var from entry
	if cursor := c.query.Get("cursor"); cursor != "" { // start_time is ignored then
		from, err = readCursor(cursor)
	} else {
		from.at, err = c.start()
		from = entry{at: from.at - 1, id: math.MaxInt64}
	}
	if err != nil {
		return nil, err
	}
	p := c.s.page(x.key)
	more := x.fill(c, p, from, int(size))
	if len(p.marks) == 0 {
		p.say("after_url", "null")
		p.say("before_url", "null")
		p.say("after_cursor", "null")
	} else {
		cursor := writeCursor(p.last.at, p.last.id, 0)
		p.sayText("after_url", c.link("cursor", cursor, "start_time", ""))
		p.say("before_url", "null")
		p.sayText("after_cursor", cursor)
	}
	p.say("before_cursor", "null")
	p.say("end_of_stream", strconv.FormatBool(!more))
	return p, nil
}

// byTime is the time style: a page begins with the second in which the one before ended, which repeats rows, and
// can't get past a second with a thousand rows. next_page is never null.
func (x export) byTime(c *call) (*page, error) {
	size, err := c.number("per_page", exportPage, exportPage)
	if err != nil {
		return nil, err
	}
	start, err := c.start()
	if err != nil {
		return nil, err
	}
	p := c.s.page(x.key)
	more := x.fill(c, p, entry{at: start - 1, id: math.MaxInt64}, int(size))
	p.say("count", strconv.Itoa(len(p.marks)))
	end := start
	if len(p.marks) == 0 {
		p.say("end_time", "null")
	} else {
		end = p.last.at
		p.say("end_time", strconv.FormatInt(end, 10))
	}
	p.say("end_of_stream", strconv.FormatBool(!more))
	p.sayText("next_page", c.link("start_time", strconv.FormatInt(end, 10)))
	return p, nil
}

// A cursor is the base64 of <unix>.<fraction>||<id>|. The fraction means nothing; with it two cursors of the
// same place can differ.
func writeCursor(at, id int64, fraction int) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d||%d|", at, fraction, id))
}

func readCursor(text string) (entry, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	parts := strings.Split(string(raw), "|")
	if err != nil || len(parts) != 4 {
		return entry{}, errCursor
	}
	unix, fraction, _ := strings.Cut(parts[0], ".")
	at, err1 := strconv.ParseInt(unix, 10, 64)
	id, err2 := strconv.ParseInt(parts[2], 10, 64)
	if err1 != nil || err2 != nil {
		return entry{}, errCursor
	}
	turn, _ := strconv.Atoi(fraction)
	return entry{at: at, id: id, step: turn}, nil
}
