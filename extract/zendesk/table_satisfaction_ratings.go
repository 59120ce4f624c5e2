package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/ticket-management/satisfaction_ratings/
var satisfactionRatingsTable = table{&schema.Table{
	Name:    "satisfaction_ratings",
	Doc:     "One row a satisfaction rating of the classic survey (CSAT). Accounts on the newer survey have none here.",
	Key:     "id",
	Version: "updated_at",
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The rating's id, given by Zendesk."},
		{Name: "url", Type: schema.Text, Doc: "The rating's address in the Zendesk API; it is not a page for people."},
		{Name: "ticket_id", Type: schema.Int, RefersTo: "tickets.id", Doc: "The ticket that was rated: tickets.id."},
		{Name: "requester_id", Type: schema.Int, RefersTo: "users.id", Doc: "The customer who was asked: users.id."},
		{Name: "assignee_id", Type: schema.Int, RefersTo: "users.id", Doc: "The ticket's assignee at the time of the rating: users.id. Null when there was none."},
		{Name: "group_id", Type: schema.Int, RefersTo: "groups.id", Doc: "The ticket's group at the time of the rating: groups.id. Null when there was none."},
		{Name: "score", Type: schema.Text, Doc: "unoffered (never asked), offered (asked, no answer yet), good or bad."},
		{Name: "comment", Type: schema.Text, Doc: "What the customer wrote with the rating; null when nothing."},
		{Name: "reason", Type: schema.Text, Doc: "The reason that the customer chose for a bad rating. Null for others, and for accounts that do not ask."},
		{Name: "reason_id", Type: schema.Int, Doc: "The id of that reason at Zendesk."},
		{Name: "reason_code", Type: schema.Int, Doc: "Zendesk's code for one of its own reasons. Documented, but left out of Zendesk's answers, so it is null; use reason_id."},
		{Name: "created_at", Type: schema.Time, Doc: "When the rating was created, which is when the survey was offered, UTC."},
		{Name: "updated_at", Type: schema.Time, Doc: "When the rating last changed, UTC. It orders the versions of a rating."},
	},
}, []*stream{{
	endpoint: "/api/v2/satisfaction_ratings", count: "/api/v2/satisfaction_ratings/count", key: "satisfaction_ratings", paging: ratings, time: "updated_at", each: true, optional: true,
	needs: "it needs a plan with satisfaction ratings (the older kind of customer satisfaction survey), and the credentials of an admin",
}}}
