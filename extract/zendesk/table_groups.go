package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/groups/groups/
var groupsTable = table{&schema.Table{
	Name:    "groups",
	Doc:     "One row a group of agents that tickets are assigned to, deleted ones included.",
	Key:     "id",
	Deleted: schema.Marker{Column: "deleted", Value: "true"},
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The group's id, given by Zendesk."},
		{Name: "url", Type: schema.Text, Doc: "The group's address in the Zendesk API; it is not a page for people."},
		{Name: "name", Type: schema.Text, Doc: "The group's name."},
		{Name: "description", Type: schema.Text, Doc: "What the group is for; empty when nobody wrote it down."},
		{Name: "default", Type: schema.Bool, Doc: "True for the account's default group."},
		{Name: "deleted", Type: schema.Bool, Doc: "True when the group was deleted; old tickets still refer to it."},
		{Name: "is_public", Type: schema.Bool, Doc: "True for a public group, false for a private one, whose tickets only its members see."},
		{Name: "created_at", Type: schema.Time, Doc: "When the group was created, UTC."},
		{Name: "updated_at", Type: schema.Time, Doc: "When the group last changed, UTC."},
	},
}, []*stream{{
	endpoint: "/api/v2/groups", count: "/api/v2/groups/count", key: "groups", paging: list, time: "updated_at", needs: needsAgent,
	query: map[string]string{"exclude_deleted": "false"},
}}}
