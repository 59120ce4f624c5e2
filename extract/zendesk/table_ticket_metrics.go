package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_metrics/
//
// The metrics come with the ticket export. Their updated_at follows the ticket's, so it orders the versions;
// the record itself has no generated_timestamp.
var ticketMetricsTable = table{&schema.Table{
	Name:    "ticket_metrics",
	Doc:     "One row a ticket with its times and counts: first reply, resolution, waiting, reopens. Those of a deleted ticket stay live: tickets._desklake_deleted_at says that it is gone.",
	Key:     "id",
	Version: "updated_at",
	Month:   "created_at",
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The id of the set of metrics, given by Zendesk. There is one set a ticket."},
		{Name: "url", Type: schema.Text, Doc: "The address of the metrics in the Zendesk API; it is not a page for people."},
		{Name: "ticket_id", Type: schema.Int, RefersTo: "tickets.id", Ends: schema.OneToOne, Doc: "The ticket that was measured, unique in this table: tickets.id."},
		{Name: "created_at", Type: schema.Time, Doc: "When the set of metrics was created, which is when the ticket was, UTC. It never changes."},
		{Name: "updated_at", Type: schema.Time, Doc: "When the metrics last changed, UTC. It follows the ticket and orders the versions of a set."},
		{Name: "group_stations", Type: schema.Int, Doc: "How many groups the ticket passed through."},
		{Name: "assignee_stations", Type: schema.Int, Doc: "How many assignees the ticket had."},
		{Name: "reopens", Type: schema.Int, Doc: "How often the ticket was opened again after it was solved."},
		{Name: "replies", Type: schema.Int, Doc: "How many public replies agents wrote."},
		{Name: "assignee_updated_at", Type: schema.Time, Doc: "When the assignee last updated the ticket, UTC. Null if never."},
		{Name: "requester_updated_at", Type: schema.Time, Doc: "When the requester last updated the ticket, UTC. Null if never."},
		{Name: "status_updated_at", Type: schema.Time, Doc: "When the status last changed, UTC."},
		{Name: "custom_status_updated_at", Type: schema.Time, Doc: "When the custom status last changed, UTC. Null for accounts without custom statuses."},
		{Name: "initially_assigned_at", Type: schema.Time, Doc: "When the ticket was first assigned to an agent, UTC. Null if never."},
		{Name: "assigned_at", Type: schema.Time, Doc: "When the ticket was last assigned to an agent, UTC. Null if never."},
		{Name: "solved_at", Type: schema.Time, Doc: "When the ticket was last solved, UTC. Null if never."},
		{Name: "latest_comment_added_at", Type: schema.Time, Doc: "When the latest comment was added, UTC."},
		{Name: "reply_time_in_minutes", Type: schema.Struct, Fields: minutes, Doc: "Minutes from creation to the first public reply by an agent, null inside until there is one: calendar round the clock, business within business hours."},
		{Name: "first_resolution_time_in_minutes", Type: schema.Struct, Fields: minutes, Doc: "Minutes from creation to the first time the ticket was solved, null inside until it is: calendar round the clock, business within business hours."},
		{Name: "full_resolution_time_in_minutes", Type: schema.Struct, Fields: minutes, Doc: "Minutes from creation to the last time the ticket was solved, null inside until it is: calendar round the clock, business within business hours."},
		{Name: "agent_wait_time_in_minutes", Type: schema.Struct, Fields: minutes, Doc: "Minutes that agents waited for the requester (status pending), all such spells together: calendar round the clock, business within business hours."},
		{Name: "requester_wait_time_in_minutes", Type: schema.Struct, Fields: minutes, Doc: "Minutes that the requester waited (status new, open or hold), all such spells together: calendar round the clock, business within business hours."},
		{Name: "on_hold_time_in_minutes", Type: schema.Struct, Fields: minutes, Doc: "Minutes that the ticket was on hold (status hold), all such spells together: calendar round the clock, business within business hours."},
		{Name: "reply_time_in_seconds", Type: schema.Struct, Doc: "Seconds to the first reply, for messaging tickets. Null or null inside for all others.", Fields: []schema.Column{
			{Name: "calendar", Type: schema.Int, Doc: "Seconds round the clock."},
		}},
	},
}, nil} // they come with the tickets

var minutes = []schema.Column{
	{Name: "calendar", Type: schema.Int, Doc: "Minutes round the clock."},
	{Name: "business", Type: schema.Int, Doc: "Minutes within the business hours of the schedule that applies to the ticket; like calendar for accounts without schedules."},
}
