package zendesktest

import "strconv"

// attachment writes the fields of an attachment. Its content may be on another host.
func (w *writer) attachment(id int64, name, contentType string, size int64, image bool) {
	w.url("attachments", id)
	w.int("id", id)
	w.str("file_name", name)
	for _, field := range [...]string{"content_url", "mapped_content_url"} {
		w.key(field)
		w.b = append(w.b, `"https://files.example/attachments/`...)
		w.b = strconv.AppendInt(w.b, id, 10)
		w.b = append(append(append(w.b, '/'), name...), '"')
	}
	w.str("content_type", contentType)
	w.int("size", size)
	if image {
		w.int("width", 80)
		w.str("height", "80") // numbers and numeric strings both occur
	} else {
		w.null("width")
		w.null("height")
	}
	w.bool("inline", false)
	w.bool("deleted", false)
	w.str("malware_scan_result", "malware_not_found")
	w.bool("malware_access_override", false)
}

// A comment comes in three shapes.
type shape int

const (
	inAudit  shape = iota // an event of a REST audit
	inExport              // a child event of the ticket event export
	inList                // an element of GET /tickets/{id}/comments
)

// comment writes an audit's comment.
func (s *Server) comment(w *writer, t *ticket, a audit, id int64, as shape) {
	from := w.open('{')
	w.int("id", id)
	if as == inExport {
		w.raw("via", `{"channel":"`+channels[a.channel].name+`","source":{"from":{},"to":{},"rel":null}}`)
		w.null("via_reference_id")
	}
	w.int("author_id", a.author)
	w.said(s, t, a, id)
	s.attachments(w, a, id)
	w.int("audit_id", auditID(t.id, a.number))
	if a.comment.voice {
		w.raw("data", `{"from":"+15550100","to":"+15550199","call_duration":184,"recording_url":"https://files.example/recordings/1","transcription_text":null}`)
		w.str("formatted_from", "+1 555-0100")
		w.str("formatted_to", "+1 555-0199")
		w.bool("transcription_visible", false)
	}
	switch as {
	case inExport:
		w.time("created_at", a.at)
		w.raw("metadata", `{"system":{},"custom":{}}`)
		w.raw("uploads", `[]`)
		w.str("event_type", "Comment")
	case inList:
		w.origin(t, a)
		w.time("created_at", a.at)
		w.raw("metadata", `{"system":{"client":"Mozilla/5.0 (X11; Linux x86_64)"},"custom":{}}`)
	}
	w.close('}')
	s.finish(w, "ticket_comments", id, from)
}

// said writes what a comment says, as text and as HTML.
func (w *writer) said(s *Server, t *ticket, a audit, id int64) {
	kind := "Comment"
	if a.comment.voice {
		kind = "VoiceComment"
	}
	w.str("type", kind)
	w.scratch = s.commentText(w.scratch[:0], t, a.comment)
	w.key("body")
	from := len(w.b)
	w.b = appendString(w.b, w.scratch)
	body := w.b[from:]
	w.key("plain_body")
	w.b = append(w.b, body...)
	w.html = appendHTML(w.html[:0], w.scratch)
	w.key("html_body")
	w.b = appendString(w.b, w.html)
	w.bool("public", a.comment.public && !s.hidden[id])
}

// attachments writes what was sent along with a comment: now and then a picture.
func (s *Server) attachments(w *writer, a audit, comment int64) {
	w.under("attachments", '[')
	if a.comment.attachment {
		w.open('{')
		w.attachment(comment+1<<58, "photo.jpg", "image/jpeg", 48_213, true)
		w.raw("thumbnails", "[]")
		w.close('}')
	}
	w.close(']')
}

// commentsOf answers tickets/{id}/comments, which hold no ticket_id.
func commentsOf(c *call) (*page, error) {
	t, err := c.ticketRow()
	if err != nil || t.deleted() {
		return nil, errRecord
	}
	return source{"comments", walkAudits(t.row), func(c *call, p *page, e entry) {
		if c.audit.comment.present {
			c.s.comment(&p.writer, c.ticket, c.audit, e.id+1, inList)
		}
	}}.list(c)
}
