package zendesktest

import (
	"encoding/json"
	"iter"
	"strconv"
)

// Tables are the tables that Truth knows.
func (s *Server) Tables() []string {
	names := []string{"tickets", "ticket_metrics", "ticket_audits", "ticket_comments", "users", "organizations", "satisfaction_ratings"}
	for _, l := range s.lists {
		names = append(names, l.Table)
	}
	return names
}

// Record is a record as the API would give it now.
type Record struct {
	Key     string // the id, or a tag's name
	Deleted bool   // the API marks it as deleted, or does not give it any more
	Gone    bool   // the API does not give it any more: a client may not have seen what it held last
	JSON    []byte // the raw object; valid until the next record
}

// Truth returns the records of a table as the API would give them now, deleted ones included. The data may
// change while they are read; each record is whole.
//
//   - tickets: as the export gives them, without metric_set.
//   - ticket_metrics: the metric sets. A deleted ticket has none.
//   - users, organizations: as their exports give them.
//   - ticket_audits: {"id","ticket_id","author_id","created_at","rest","export"}. rest is the audit as
//     GET /tickets/{id}/audits gives it, export as the ticket event export does with include=comment_events.
//   - ticket_comments: {"id","ticket_id","audit_id","author_id","created_at","type","body","plain_body",
//     "html_body","public","rest","export","list"}. rest is the event of the audit, export the child event, list
//     the element of GET /tickets/{id}/comments. Audits and comments of deleted tickets are marked as deleted:
//     the event export still has them, REST does not.
//   - ticket_fields: as their list gives them with creator=true.
//   - the others: as their lists give them; a removed record as it was last.
func (s *Server) Truth(table string) iter.Seq[Record] {
	switch table {
	case "tickets":
		return s.each(s.tickets, func(w *writer, row int64, add func(id int64, deleted bool)) {
			t := s.ticket(row, nil)
			s.ticketJSON(w, &t, false)
			add(t.id, t.deleted())
		})
	case "ticket_metrics":
		return s.each(s.tickets, func(w *writer, row int64, add func(id int64, deleted bool)) {
			if t := s.ticket(row, nil); !t.deleted() {
				s.metricSet(w, &t)
				add(metricsID(t.id), false)
			}
		})
	case "ticket_audits":
		return s.each(s.tickets, s.auditTruth)
	case "ticket_comments":
		return s.each(s.tickets, s.commentTruth)
	case "satisfaction_ratings":
		return s.each(s.tickets, func(w *writer, row int64, add func(id int64, deleted bool)) {
			if t := s.ticket(row, nil); t.rated.created != 0 {
				s.rating(w, &t)
				add(ratingID(t.id), false)
			}
		})
	case "users":
		return s.each(s.users, func(w *writer, row int64, add func(id int64, deleted bool)) {
			s.user(w, row)
			add(userID(row), s.users.standing(row).ended != 0)
		})
	case "organizations":
		return s.each(s.organizations, func(w *writer, row int64, add func(id int64, deleted bool)) {
			s.organization(w, row, true)
			add(organizationID(row), s.organizations.standing(row).ended != 0)
		})
	}
	return s.eachListed(table)
}

// each renders the rows of a roll one by one; a row may give any number of records.
func (s *Server) each(r *roll, render func(w *writer, row int64, add func(id int64, deleted bool))) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		w := s.writer()
		var found []Record
		for row := int64(0); ; row++ {
			s.mu.RLock()
			there := row < r.rows()
			found, w.b = found[:0], w.b[:0]
			if there {
				render(&w, row, func(id int64, deleted bool) {
					found = append(found, Record{Key: strconv.FormatInt(id, 10), Deleted: deleted, JSON: w.b})
					w.b = w.b[len(w.b):]
				})
			}
			s.mu.RUnlock()
			if !there {
				return
			}
			for _, record := range found {
				if !yield(record) {
					return
				}
			}
		}
	}
}

func (s *Server) eachListed(table string) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		l := s.list(table)
		w := s.writer()
		for i := 0; ; i++ {
			s.mu.RLock()
			if i >= len(l.rows) {
				s.mu.RUnlock()
				return
			}
			row := l.rows[i]
			w.b = w.b[:0]
			raw := row.raw
			if l.asked != nil {
				raw = l.asked(s, raw, int64(i))
			}
			s.listed(&w, table, row.id, raw)
			s.mu.RUnlock()
			record := Record{Key: strconv.FormatInt(row.id, 10), Deleted: row.gone || l.marks(w.b), Gone: row.gone, JSON: w.b}
			if l.key == "name" {
				record.Key = tagName(w.b)
			}
			if !yield(record) {
				return
			}
		}
	}
}

func tagName(raw []byte) string {
	var tag struct{ Name string }
	_ = json.Unmarshal(raw, &tag) // a drifted name leaves it empty
	return tag.Name
}

// auditTruth writes a ticket's audits in both shapes.
func (s *Server) auditTruth(w *writer, row int64, add func(id int64, deleted bool)) {
	now := s.ticket(row, nil)
	s.ticket(row, func(t *ticket, a audit) bool {
		id := auditID(t.id, a.number)
		w.open('{')
		w.int("id", id)
		w.int("ticket_id", t.id)
		w.int("author_id", a.author)
		w.time("created_at", a.at)
		w.key("rest")
		s.audit(w, t, a)
		w.key("export")
		s.event(w, t, a, true)
		w.close('}')
		add(id, now.deleted())
		return true
	})
}

// commentTruth writes a ticket's comments in their three shapes.
func (s *Server) commentTruth(w *writer, row int64, add func(id int64, deleted bool)) {
	now := s.ticket(row, nil)
	s.ticket(row, func(t *ticket, a audit) bool {
		if !a.comment.present {
			return true
		}
		id := auditID(t.id, a.number) + 1
		w.open('{')
		w.int("id", id)
		w.int("ticket_id", t.id)
		w.int("audit_id", id-1)
		w.int("author_id", a.author)
		w.time("created_at", a.at)
		w.said(s, t, a, id)
		for _, as := range [...]struct {
			name  string
			shape shape
		}{{"rest", inAudit}, {"export", inExport}, {"list", inList}} {
			w.key(as.name)
			s.comment(w, t, a, id, as.shape)
		}
		w.close('}')
		add(id, now.deleted())
		return true
	})
}
