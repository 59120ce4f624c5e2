package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_audits/
//
// Zendesk gives no audits of a deleted ticket, the event export perhaps does: what was read before stays, as history.
//
// An audit never changes but by redaction, and carries no time of that: the last one extracted wins. The event
// export names the same things differently (updater_id, child_events, system), and via is a name there.
var ticketAuditsTable = table{&schema.Table{
	Name:  "ticket_audits",
	Doc:   "One row an update of a ticket: who did it, when, and the list of everything that changed in it. Those of a deleted ticket stay live: tickets._desklake_deleted_at says that it is gone.",
	Key:   "id",
	Month: "created_at",
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The audit's id, given by Zendesk."},
		{Name: "ticket_id", Type: schema.Int, RefersTo: "tickets.id", Doc: "The ticket that was updated: tickets.id."},
		{Name: "created_at", Type: schema.Time, Doc: "When the update happened, UTC. It never changes."},
		{Name: "author_id", Type: schema.Int, RefersTo: "users.id", Doc: "The user who made the update: users.id. -1 is Zendesk itself, an automation for instance."},
		{Name: "via", Type: schema.JSON, Doc: "How the update came in. With audits: full an object {channel, source}; with audits: events, the default, only the channel's name as a JSON string, such as \"Web form\"."},
		{Name: "metadata", Type: schema.JSON, Doc: "Circumstances: system (client, location, latitude, longitude) and, where Zendesk sends them, custom and flags. ip_address within system, and often all but system, comes only with audits: full."},
		{Name: "events", Type: schema.JSON, Doc: "Everything that changed, an array. With audits: full {id, type, field_name, value, previous_value}; with audits: events, the default, {id, event_type, previous_value} and the changed field as a key of its own, such as \"status\": \"open\"."},
	},
}, []*stream{{
	name: "ticket_events", endpoint: "/api/v2/incremental/ticket_events", key: "ticket_events", paging: timeExport, time: "timestamp",
	query: map[string]string{"include": commentEvents, "support_type_scope": "all"}, audits: true,
	fills: []string{"ticket_audits", "ticket_comments"}, needs: needsAdmin,
}, {
	endpoint: "/api/v2/incremental/tickets/cursor", count: "/api/v2/tickets/count", key: "tickets", paging: ticketAudits, time: "generated_timestamp",
	query: map[string]string{"support_type_scope": "all"}, each: true,
	fills: []string{"ticket_audits", "ticket_comments"}, needs: needsAdmin,
}}}
