package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/groups/group_memberships/
var groupMembershipsTable = table{&schema.Table{
	Name: "group_memberships",
	Doc:  "One row an agent's membership in a group. One that ended is marked in _desklake_deleted_at.",
	Key:  "id",
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The membership's id, given by Zendesk."},
		{Name: "url", Type: schema.Text, Doc: "The membership's address in the Zendesk API; it is not a page for people."},
		{Name: "user_id", Type: schema.Int, RefersTo: "users.id", Doc: "The agent: users.id."},
		{Name: "group_id", Type: schema.Int, RefersTo: "groups.id", Doc: "The group: groups.id."},
		{Name: "default", Type: schema.Bool, Doc: "True when tickets assigned to the agent, but to no group, count for this group."},
		{Name: "created_at", Type: schema.Time, Doc: "When the membership began, UTC."},
		{Name: "updated_at", Type: schema.Time, Doc: "When the membership last changed, UTC; null on some old ones."},
	},
}, []*stream{{
	endpoint: "/api/v2/group_memberships", key: "group_memberships", paging: list, time: "updated_at", needs: needsAgent,
}}}
