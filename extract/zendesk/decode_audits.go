package zendesk

import (
	"bytes"
	"cmp"
	"time"

	"desklake/internal/jsonscan"
	"desklake/schema"
)

// auditDecoder decodes audits, and the comments among their events. The tables are the same wherever the audits come
// from: what the event export names or nests differently is put right first.
type auditDecoder struct {
	audits, comments *schema.Decoder // nil if not wanted
	lacking          *schema.Issues

	// What a comment has from its audit.
	id, ticket, created, author, via, metadata jsonscan.Value

	record []byte // an event of the export as an audit
}

func newAudits(audits, comments *schema.Decoder, lacking *schema.Issues) *auditDecoder {
	a := &auditDecoder{audits: audits, comments: comments, lacking: lacking}
	if audits != nil {
		audits.Alias("updater_id", "author_id")
		audits.Alias("child_events", "events")
	}
	if comments != nil {
		comments.Also("audit_id", &a.id)
		comments.Also("ticket_id", &a.ticket)
		comments.Also("created_at", &a.created)
		comments.Also("author_id", &a.author)
		comments.Also("via", &a.via)
		comments.Also("metadata", &a.metadata)
	}
	return a
}

// audit decodes an audit. One without its events is left out, and so is a comment without its text: either would replace a whole
// one that is stored.
func (a *auditDecoder) audit(s *jsonscan.Scanner) {
	v := s.Value()
	a.id, a.ticket, a.created, a.author, a.via, a.metadata = none, none, none, none, none, none
	var events jsonscan.Value
	eachField(v, func(key, value jsonscan.Value) {
		switch string(key.Text()) {
		case "id":
			a.id = value
		case "ticket_id":
			a.ticket = value
		case "created_at":
			a.created = value
		case "author_id", "updater_id":
			a.author = value
		case "via":
			a.via = value
		case "metadata":
			a.metadata = value
		case "events", "child_events":
			events = value
		}
	})
	list := events.Scanner()
	if a.audits != nil && !(events.IsNull() && v.Kind == jsonscan.Object) {
		record := v.Scanner()
		a.audits.Decode(&record)
	}
	if events.Kind != jsonscan.Array || !list.Array() {
		a.lack("an audit came without a list of its events: it is left out, and is asked for again in later runs", a.audits, a.comments)
		return
	}
	for list.Element() {
		event := list.Value()
		s := event.Scanner()
		is, textless := isComment(&s)
		switch {
		case textless:
			a.lack("a comment came without its text: it is left out, and is asked for again in later runs", cmp.Or(a.comments, a.audits))
		case is && a.comments != nil:
			s = event.Scanner()
			a.comments.Decode(&s)
		}
	}
}

// lack notes that something of the tables is missing that is asked for again.
func (a *auditDecoder) lack(reason string, tables ...*schema.Decoder) {
	for _, t := range tables {
		switch t {
		case nil:
		case a.audits:
			a.lacking.Add(schema.Issue{Table: ticketAuditsTable.Name, Reason: reason, NoRow: true})
		case a.comments:
			a.lacking.Add(schema.Issue{Table: ticketCommentsTable.Name, Reason: reason, NoRow: true})
		}
	}
}

var none jsonscan.Value

// comment is the type of an event with the text of a comment.
const comment = "Comment"

// isComment reports whether an event is a comment, and whether that has no text, though each that was written has one. It goes
// by event_type, which the export gives; type is the type of the ticket in its changes.
func isComment(event *jsonscan.Scanner) (is, textless bool) {
	var kind, exported []byte
	text := false
	for object := event.Object(); object && event.Field(); {
		switch string(event.Key().Text()) {
		case "type":
			kind = event.Value().Text()
		case "event_type":
			exported = event.Value().Text()
		case "body":
			text = !event.Value().IsNull()
		}
	}
	if exported != nil {
		kind = exported
	}
	return string(kind) == comment || string(kind) == "VoiceComment", string(kind) == comment && !text
}

// event decodes an event of the export, which is an audit in another shape:
//
//   - system stands beside metadata and not in it;
//   - timestamp repeats created_at, and event_type is always Audit.
func (a *auditDecoder) event(s *jsonscan.Scanner) {
	v := s.Value()
	var system, metadata, created, timestamp, kind jsonscan.Value
	eachField(v, func(key, value jsonscan.Value) {
		switch string(key.Text()) {
		case "system":
			system = value
		case "metadata":
			metadata = value
		case "created_at":
			created = value
		case "timestamp":
			timestamp = value
		case "event_type":
			kind = value
		}
	})
	at := instant(timestamp)
	merge := !system.IsNull() && (metadata.IsNull() || metadata.Kind == jsonscan.Object && !has(metadata, "system"))
	repeats := !at.IsZero() && (created.IsNull() || at.Equal(instant(created)))
	a.record = a.record[:0]
	eachField(v, func(key, value jsonscan.Value) {
		switch name := string(key.Text()); {
		case merge && (name == "system" || name == "metadata"):
		case name == "system" && value.IsNull():
		case repeats && (name == "timestamp" || name == "created_at"):
		case name == "event_type" && string(kind.Text()) == "Audit":
		default:
			a.field(key.Raw, value.Raw)
		}
	})
	if repeats && created.IsNull() {
		a.field([]byte(`"created_at"`), at.AppendFormat(nil, `"`+time.RFC3339+`"`))
	} else if repeats {
		a.field([]byte(`"created_at"`), created.Raw)
	}
	if merge {
		a.field([]byte(`"metadata"`), wrap(system, metadata))
	}
	if v.Kind == jsonscan.Object {
		v.Raw = append(a.begun(), '}')
	}
	record := v.Scanner()
	a.audit(&record)
}

// begun is the record as far as it is written.
func (a *auditDecoder) begun() []byte {
	if len(a.record) == 0 {
		a.record = append(a.record, '{')
	}
	return a.record
}

// field adds a field to the record.
func (a *auditDecoder) field(key, value []byte) {
	if a.record = a.begun(); len(a.record) > 1 {
		a.record = append(a.record, ',')
	}
	a.record = append(append(append(a.record, key...), ':'), value...)
}

// wrap is the object metadata with system in it.
func wrap(system, metadata jsonscan.Value) []byte {
	merged := append([]byte(`{"system":`), system.Raw...)
	if !metadata.IsNull() {
		if rest := bytes.TrimSpace(metadata.Raw[1 : len(metadata.Raw)-1]); len(rest) > 0 {
			merged = append(append(merged, ','), rest...)
		}
	}
	return append(merged, '}')
}

// eachField calls do with the fields of an object; never for other values.
func eachField(object jsonscan.Value, do func(key, value jsonscan.Value)) {
	s := object.Scanner()
	if object.Kind != jsonscan.Object || !s.Object() {
		return
	}
	for s.Field() {
		key := s.Key()
		do(key, s.Value())
	}
}

func has(object jsonscan.Value, name string) (found bool) {
	eachField(object, func(key, _ jsonscan.Value) { found = found || string(key.Text()) == name })
	return found
}
