package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
//
// Comments have no time of their last change, though they can be redacted or made private: the last one
// extracted wins. The event export repeats type as event_type.
var ticketCommentsTable = table{&schema.Table{
	Name:    "ticket_comments",
	Doc:     "One row a comment on a ticket: public replies, internal notes and calls. Those of a deleted ticket stay live: tickets._desklake_deleted_at says that it is gone.",
	Key:     "id",
	Month:   "created_at",
	Aliases: map[string]string{"event_type": "type"},
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The comment's id, given by Zendesk. It is also the id of the event within the audit."},
		{Name: "ticket_id", Type: schema.Int, RefersTo: "tickets.id", Doc: "The ticket that was commented on: tickets.id."},
		{Name: "audit_id", Type: schema.Int, RefersTo: "ticket_audits.id", Doc: "The update that the comment belongs to: ticket_audits.id."},
		{Name: "type", Type: schema.Text, Doc: "Comment, or VoiceComment for a call."},
		{Name: "author_id", Type: schema.Int, RefersTo: "users.id", Doc: "The user who wrote the comment: users.id. -1 is Zendesk itself."},
		{Name: "body", Type: schema.Text, Doc: "The comment as it was written, in Markdown or plain text. With audits: events, the default, a later redaction is seen in ticket_audits only."},
		{Name: "html_body", Type: schema.Text, Doc: "The comment as HTML."},
		{Name: "plain_body", Type: schema.Text, Doc: "The comment as plain text. The event export does not always send it: null then, and sure to be there with audits: full."},
		{Name: "public", Type: schema.Bool, Doc: "True for a reply that the customer sees, false for an internal note. With audits: events, the default, that it became private later is seen in ticket_audits only, as an event CommentPrivacyChange."},
		{Name: "attachments", Type: schema.JSON, Doc: "The attached files: an array of {id, file_name, content_type, content_url, size in bytes, inline, ...}. Empty without any."},
		{Name: "uploads", Type: schema.Texts, Doc: "Write-only at Zendesk: tokens of files to attach to a new comment. Zendesk does not return it as a rule, so it is null; use attachments."},
		{Name: "via", Type: schema.JSON, Doc: "How the comment came in: {channel, source}. Should the event export send only the channel's name, it is a JSON string."},
		{Name: "via_reference_id", Type: schema.Int, Doc: "What caused the comment within its channel, such as the id of a trigger. Only the event export has it: null with audits: full."},
		{Name: "metadata", Type: schema.JSON, Doc: "Circumstances, those of the audit: system (client, location, ...) and, where Zendesk sends them, custom and flags (signs of a doubtful sender). ip_address within system, and often all but system, comes only with audits: full."},
		{Name: "created_at", Type: schema.Time, Doc: "When the comment was made, UTC. It never changes."},
		{Name: "data", Type: schema.JSON, Doc: "For a call: its particulars (from, to, recording_url, call_duration in seconds, transcription_text, ...). Null for written comments."},
		{Name: "formatted_from", Type: schema.Text, Doc: "For a call: the caller's number, made readable. Null for written comments."},
		{Name: "formatted_to", Type: schema.Text, Doc: "For a call: the number called, made readable. Null for written comments."},
		{Name: "transcription_visible", Type: schema.Bool, Doc: "For a call: true when its transcription is shown on the ticket. Null for written comments."},
	},
}, nil} // they come with the audits
