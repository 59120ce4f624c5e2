package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/
//
// Versions go by generated_timestamp: system updates (a merged user, a changed organization) leave updated_at alone.
// Older accounts send custom_fields a second time as fields.
var ticketsTable = table{&schema.Table{
	Name:    "tickets",
	Doc:     "One row a ticket, archived and deleted ones included, as it stands at the last sync.",
	Key:     "id",
	Version: "generated_timestamp",
	Month:   "created_at",
	Deleted: schema.Marker{Column: "status", Value: "deleted"},
	Aliases: map[string]string{"fields": "custom_fields"},
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The ticket's number, as agents see it."},
		{Name: "url", Type: schema.Text, Doc: "The ticket's address in the Zendesk API; it is not a page for people."},
		{Name: "encoded_id", Type: schema.Text, Doc: "A short code for the ticket that Zendesk writes into e-mails to recognise replies."},
		{Name: "external_id", Type: schema.Text, Doc: "The ticket's id in a system of yours, if one was set; it need not be unique."},
		{Name: "created_at", Type: schema.Time, Doc: "When the ticket was created, UTC. It never changes."},
		{Name: "updated_at", Type: schema.Time, Doc: "When the ticket last changed in a way that produced a ticket event, UTC. System updates do not move it: see generated_timestamp."},
		{Name: "generated_timestamp", Type: schema.Unix, Doc: "When Zendesk last touched the ticket in any way, system updates included, UTC. It orders the versions of a ticket."},
		{Name: "type", Type: schema.Text, Doc: "problem, incident, question or task; null when no type was chosen."},
		{Name: "subject", Type: schema.Text, Doc: "The subject, with dynamic content filled in."},
		{Name: "raw_subject", Type: schema.Text, Doc: "The subject as it was typed, with placeholders of dynamic content left as they are."},
		{Name: "description", Type: schema.Text, Doc: "The text of the ticket's first comment, without formatting."},
		{Name: "priority", Type: schema.Text, Doc: "urgent, high, normal or low; null when none was set."},
		{Name: "status", Type: schema.Text, Doc: "new, open, pending, hold, solved, closed, or deleted for a ticket that was deleted. With custom statuses it is the category: see custom_status_id."},
		{Name: "custom_status_id", Type: schema.Int, Doc: "The custom ticket status, for accounts that use them; custom_statuses of ticket_fields lists them."},
		{Name: "recipient", Type: schema.Text, Doc: "The support address that the customer wrote to; null for tickets that did not come by e-mail."},
		{Name: "requester_id", Type: schema.Int, RefersTo: "users.id", Doc: "The user who asks for help: users.id."},
		{Name: "submitter_id", Type: schema.Int, RefersTo: "users.id", Doc: "The user who entered the ticket, an agent on behalf of a customer for instance: users.id."},
		{Name: "assignee_id", Type: schema.Int, RefersTo: "users.id", Doc: "The agent the ticket is assigned to: users.id. Null while it is assigned to nobody."},
		{Name: "organization_id", Type: schema.Int, RefersTo: "organizations.id", Doc: "The requester's organization: organizations.id. Null for a requester without one."},
		{Name: "group_id", Type: schema.Int, RefersTo: "groups.id", Doc: "The group the ticket is assigned to: groups.id. Null while it is assigned to none."},
		{Name: "brand_id", Type: schema.Int, Doc: "The brand the ticket belongs to, for accounts with several."},
		{Name: "collaborator_ids", Type: schema.Ints, RefersTo: "users.id", Ends: schema.ManyToMany, Doc: "The users in copy at the moment, followers included: users.id."},
		{Name: "collaborators", Type: schema.JSON, Doc: "Write-only at Zendesk: people to put in copy when a ticket is created. Zendesk does not return it, so it is null."},
		{Name: "follower_ids", Type: schema.Ints, RefersTo: "users.id", Ends: schema.ManyToMany, Doc: "The agents who follow the ticket at the moment: users.id."},
		{Name: "email_cc_ids", Type: schema.Ints, RefersTo: "users.id", Ends: schema.ManyToMany, Doc: "The users, agents or customers, who get the ticket's e-mails in copy at the moment: users.id."},
		{Name: "forum_topic_id", Type: schema.Int, Doc: "The topic of the former web portal that the ticket came from. Null on nearly all tickets."},
		{Name: "problem_id", Type: schema.Int, RefersTo: "tickets.id", Doc: "For an incident: the problem ticket it is linked to (tickets.id). Null otherwise."},
		{Name: "has_incidents", Type: schema.Bool, Doc: "True for a problem that has incidents linked to it."},
		{Name: "is_public", Type: schema.Bool, Doc: "True when at least one comment is public, false when all are internal notes."},
		{Name: "due_at", Type: schema.Time, Doc: "When a ticket of type task is due, UTC. Null for the other types."},
		{Name: "tags", Type: schema.Texts, RefersTo: "tags.name", Ends: schema.ManyToMany, Doc: "The ticket's tags; the most used ones stand in tags.name too."},
		{Name: "custom_fields", Type: schema.JSON, RefersTo: "ticket_fields.id", Ends: schema.ManyToMany, Doc: "The values of the custom fields: an array of {id, value}, with id = ticket_fields.id. A field without a value has null."},
		{Name: "satisfaction_rating", Type: schema.Struct, RefersTo: "satisfaction_ratings.id", Doc: "The ticket's satisfaction rating, with score unoffered, offered, good or bad. Null for accounts without satisfaction surveys.", Fields: []schema.Column{
			{Name: "score", Type: schema.Text, Doc: "unoffered (never asked), offered (asked, no answer yet), good or bad."},
			{Name: "id", Type: schema.Int, Doc: "The rating: satisfaction_ratings.id."},
			{Name: "comment", Type: schema.Text, Doc: "What the customer wrote with the rating."},
			{Name: "reason", Type: schema.Text, Doc: "The reason that the customer chose for a bad rating."},
			{Name: "reason_id", Type: schema.Int, Doc: "The id of that reason at Zendesk."},
		}},
		{Name: "satisfaction_probability", Type: schema.Float, Doc: "Zendesk's forecast of a good rating, from 0 to 1; null for accounts without the forecast."},
		{Name: "sharing_agreement_ids", Type: schema.Ints, Doc: "The sharing agreements under which the ticket is shared with other Zendesk accounts."},
		{Name: "followup_ids", Type: schema.Ints, RefersTo: "tickets.id", Ends: schema.ManyToMany, Doc: "The follow-up tickets made from this one (tickets.id). Filled only once the ticket is closed."},
		{Name: "ticket_form_id", Type: schema.Int, RefersTo: "ticket_forms.id", Doc: "The form the ticket was filed with: ticket_forms.id. Null for accounts without ticket forms."},
		{Name: "macro_ids", Type: schema.Ints, Doc: "Write-only at Zendesk: macros to note in the audit of a new ticket. Zendesk does not return it, so it is null."},
		{Name: "via", Type: schema.JSON, Doc: "How the ticket came in: {channel, source: {from, to, rel}}. The keys of source depend on the channel (web, email, api, voice, chat, ...)."},
		{Name: "via_followup_source_id", Type: schema.Int, Doc: "Write-only at Zendesk: the closed ticket that a new one follows up. Zendesk does not return it, so it is null; use followup_ids."},
		{Name: "allow_channelback", Type: schema.Bool, Doc: "True when agents can reply through the channel the ticket came from. Means something for channel-framework tickets only."},
		{Name: "allow_attachments", Type: schema.Bool, Doc: "True when agents may attach files to comments."},
		{Name: "from_messaging_channel", Type: schema.Bool, Doc: "True when the ticket came through a messaging channel."},
		{Name: "support_type", Type: schema.Text, Doc: "agent, or ai_agent for a conversation that an AI agent handled. Null for accounts that do not distinguish them."},
	},
}, []*stream{{
	endpoint: "/api/v2/incremental/tickets/cursor", count: "/api/v2/tickets/count", key: "tickets", paging: cursorExport, time: "generated_timestamp",
	query:    map[string]string{"support_type_scope": "all"}, // without it the tickets of AI agents are left out
	sideload: map[string]string{"metric_sets": "ticket_metrics"},
	fills:    []string{"tickets", "ticket_metrics"}, needs: needsAdmin,
}}}
