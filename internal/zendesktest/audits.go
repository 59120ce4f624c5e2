package zendesktest

import (
	"iter"
	"math"
	"strconv"
)

// An audit has two shapes: that of GET /tickets/{id}/audits and that of the ticket event export. Both have the
// same ids, and so have their events.
// https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/

// ticketRow finds the ticket of the path.
func (c *call) ticketRow() (*ticket, error) {
	id, err := strconv.ParseInt(c.args[0], 10, 64)
	if err != nil || id < 1 || id > c.s.tickets.rows() {
		return nil, errRecord
	}
	t := c.s.ticket(id-1, nil)
	return &t, nil
}

// auditsOf answers tickets/{id}/audits. A deleted ticket has none, and those of an archived one come whole.
func auditsOf(c *call) (*page, error) {
	t, err := c.ticketRow()
	if err != nil || t.deleted() {
		return nil, errRecord
	}
	x := source{"audits", walkAudits(t.row), func(c *call, p *page, e entry) { c.s.audit(&p.writer, c.ticket, c.audit) }}
	if t.archived(c.now.Unix()) {
		p := c.s.page("audits")
		x.meta(c, p, x.fill(c, p, all, math.MaxInt))
		return p, nil
	}
	return x.list(c)
}

// walkAudits yields a ticket's audits; the call holds the current one and the ticket right after it.
func walkAudits(row int64) func(*call, entry) iter.Seq[entry] {
	return func(c *call, from entry) iter.Seq[entry] {
		return func(yield func(entry) bool) {
			c.s.ticket(row, func(t *ticket, a audit) bool {
				e := entry{id: auditID(t.id, a.number), row: row, step: a.number}
				c.ticket, c.audit = t, a
				return e.id <= from.id || yield(e)
			})
		}
	}
}

// audit writes an audit in the shape of REST.
func (s *Server) audit(w *writer, t *ticket, a audit) {
	id := auditID(t.id, a.number)
	from := w.open('{')
	w.int("id", id)
	w.int("ticket_id", t.id)
	w.time("created_at", a.at)
	w.int("author_id", a.author)
	w.under("metadata", '{')
	w.under("system", '{')
	w.str("client", "Mozilla/5.0 (X11; Linux x86_64)")
	w.str("ip_address", "203.0.113."+strconv.Itoa(a.number%250+1))
	w.place(t)
	w.close('}')
	w.raw("custom", `{}`)
	w.close('}')
	w.under("events", '[')
	s.restEvents(w, t, a, id)
	w.close(']')
	w.origin(t, a)
	w.close('}')
	s.finish(w, "ticket_audits", id, from)
}

// place writes where an audit's author was.
func (w *writer) place(t *ticket) {
	if t.seed%3 == 0 {
		w.raw("location", `"Zürich, ZH, Switzerland"`)
		w.raw("latitude", "47.3769")
		w.raw("longitude", "8.5417")
		return
	}
	w.null("location")
	w.null("latitude")
	w.null("longitude")
}

// origin writes an audit's via.
func (w *writer) origin(t *ticket, a audit) {
	w.under("via", '{')
	w.str("channel", channels[a.channel].name)
	if a.channel == channelRule {
		w.raw("source", `{"from":{"id":36000999000061,"title":"Close after four days","deleted":false},"to":{},"rel":"automation"}`)
	} else {
		w.raw("source", `{"from":{},"to":{},"rel":null}`)
	}
	w.close('}')
}

// restEvents writes what happened in an audit; the types are those of the audit events reference.
func (s *Server) restEvents(w *writer, t *ticket, a audit, id int64) {
	event := id
	next := func(kind string) {
		event++
		w.open('{')
		w.int("id", event)
		w.str("type", kind)
	}
	if a.comment.present {
		event++
		s.comment(w, t, a, event, inAudit)
	}
	for _, c := range a.changes {
		kind := "Change"
		if a.number == 0 {
			kind = "Create"
		}
		next(kind)
		w.scratch = c.field.name(w.scratch[:0])
		w.str("field_name", string(w.scratch))
		w.key("value")
		w.text(c.field, c.new)
		if a.number > 0 {
			w.key("previous_value")
			w.text(c.field, c.old)
		}
		w.close('}')
	}
	if a.rating != nil {
		next("SatisfactionRating")
		w.str("score", a.rating.score)
		w.id("assignee_id", t.values[assignee].n)
		w.maybe("body", a.rating.comment != "", a.rating.comment)
		w.close('}')
	}
	if a.macro {
		next("AgentMacroReference")
		w.int("macro_id", s.list("macros").id(s, 0))
		w.str("macro_title", macroTitles[0])
		w.close('}')
	}
	if a.private != 0 {
		next("CommentPrivacyChange")
		w.int("comment_id", a.private)
		w.bool("public", false)
		w.close('}')
	}
	if a.comment.present && a.comment.public && a.comment.byAgent {
		next("Notification")
		w.raw("via", `{"channel":"rule","source":{"from":{"id":36000999000067,"title":"Notify requester of comment update"},"rel":"trigger"}}`)
		w.str("subject", "[{{ticket.account}}] Re: {{ticket.title}}")
		w.str("body", "{{ticket.comments_formatted}}")
		w.ids("recipients", t.values[requester].n)
		w.close('}')
	}
}

// text writes a value as REST audits give it: numbers as strings.
func (w *writer) text(f field, v value) {
	at := len(w.b)
	w.value(f, v)
	switch w.b[at] {
	case '"', '[', '{', 'n':
		return
	}
	w.scratch = append(w.scratch[:0], w.b[at:]...)
	w.b = append(append(append(w.b[:at], '"'), w.scratch...), '"')
}
