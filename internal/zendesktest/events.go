package zendesktest

import (
	"encoding/json"
	"fmt"
	"slices"
)

// The ticket event export: audits in its own shape.
// https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/

func exportEvent(c *call, p *page, e entry) {
	c.s.ticket(e.row, func(t *ticket, a audit) bool {
		if a.number < e.step {
			return true
		}
		if c.wants(t) {
			c.s.event(&p.writer, t, a, c.includes("comment_events"))
		}
		return false
	})
}

// event writes an audit in the shape of the export: via is a name, changed fields are keys of their own.
func (s *Server) event(w *writer, t *ticket, a audit, comments bool) {
	id := auditID(t.id, a.number)
	from := w.open('{')
	w.under("child_events", '[')
	s.childEvents(w, t, a, id, comments)
	w.close(']')
	w.int("id", id)
	w.int("ticket_id", t.id)
	w.int("timestamp", a.at)
	w.time("created_at", a.at)
	w.int("updater_id", a.author)
	w.str("via", channels[a.channel].export)
	w.under("system", '{')
	w.null("client")
	w.place(t)
	w.close('}')
	if a.number%2 == 0 {
		w.raw("metadata", `{"custom":{}}`)
	}
	w.str("event_type", "Audit")
	w.close('}')
	s.finish(w, "ticket_audits", id, from)
}

func (s *Server) childEvents(w *writer, t *ticket, a audit, id int64, comments bool) {
	child := id
	next := func() {
		child++
		w.open('{')
		w.int("id", child)
		w.str("via", channels[a.channel].export)
		w.null("via_reference_id")
	}
	end := func(kind string) {
		w.str("event_type", kind)
		w.close('}')
	}
	if a.comment.present && comments {
		child++
		s.comment(w, t, a, child, inExport)
	} else if a.comment.present {
		next()
		w.bool("comment_present", true)
		w.bool("comment_public", a.comment.public)
		end("Comment")
	}
	for _, c := range a.changes {
		next()
		w.changed(c)
		if a.number == 0 {
			end("Create")
			continue
		}
		w.previous(c)
		end("Change")
	}
	if a.rating != nil {
		next()
		w.str("score", a.rating.score)
		w.id("assignee_id", t.values[assignee].n)
		w.maybe("body", a.rating.comment != "", a.rating.comment)
		end("SatisfactionRating")
	}
	if a.macro {
		next()
		w.str("macro_title", macroTitles[0])
		end("AgentMacroReference")
	}
	if a.private != 0 {
		next()
		w.int("comment_id", a.private)
		w.bool("comment_public", false)
		end("CommentPrivacyChange")
	}
	if a.comment.present && a.comment.public && a.comment.byAgent {
		next()
		w.str("subject", "[{{ticket.account}}] Re: {{ticket.title}}")
		w.ids("recipients", t.values[requester].n)
		end("Notification")
	}
}

// changed writes a field under its own name, a custom one among the custom_ticket_fields.
func (w *writer) changed(c change) {
	name := string(c.field.name(nil))
	if c.field >= custom {
		w.under("custom_ticket_fields", '{')
		defer w.close('}')
	}
	w.key(name)
	w.value(c.field, c.new)
	if c.field == tags {
		old, new := tagList(c.old), tagList(c.new)
		without := func(list, other []string) []string {
			return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
		}
		w.strs("added_tags", without(new, old)...)
		w.strs("removed_tags", without(old, new)...)
	}
}

// previous writes what a field held before; "0" stands for nothing.
func (w *writer) previous(c change) {
	if c.old == (value{}) {
		w.str("previous_value", "0")
		return
	}
	w.key("previous_value")
	w.text(c.field, c.old)
}

// tagList returns the tags that a value stands for.
func tagList(v value) []string {
	if v.raw == "" {
		w := writer{}
		w.tags(uint64(v.n))
		v.raw = string(w.b)
	}
	var list []string
	if err := json.Unmarshal([]byte(v.raw), &list); err != nil {
		panic(fmt.Sprintf("zendesktest: tags %s: %v", v.raw, err))
	}
	return list
}
