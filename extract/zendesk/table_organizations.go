package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/organizations/organizations/
//
// Only the incremental export sends deleted_at.
var organizationsTable = table{&schema.Table{
	Name:    "organizations",
	Doc:     "One row an organization that users belong to, such as a customer's company.",
	Key:     "id",
	Version: "updated_at",
	Deleted: schema.Marker{Column: "deleted_at"},
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The organization's id, given by Zendesk."},
		{Name: "url", Type: schema.Text, Doc: "The organization's address in the Zendesk API; it is not a page for people."},
		{Name: "name", Type: schema.Text, Doc: "The organization's name, unique in the account."},
		{Name: "created_at", Type: schema.Time, Doc: "When the organization was created, UTC."},
		{Name: "updated_at", Type: schema.Time, Doc: "When the organization last changed, UTC. It orders the versions of an organization."},
		{Name: "deleted_at", Type: schema.Time, Doc: "When the organization was deleted at Zendesk, UTC. Null while it exists."},
		{Name: "domain_names", Type: schema.Texts, Doc: "E-mail domains whose users are put into this organization by themselves."},
		{Name: "details", Type: schema.Text, Doc: "Free text about the organization, such as an address."},
		{Name: "notes", Type: schema.Text, Doc: "Free text about the organization for the agents."},
		{Name: "group_id", Type: schema.Int, RefersTo: "groups.id", Doc: "The group that gets new tickets of the organization's users: groups.id. Null means no such rule."},
		{Name: "shared_tickets", Type: schema.Bool, Doc: "True when the organization's users can see each other's tickets. Zendesk is replacing it by ticket_restriction."},
		{Name: "ticket_restriction", Type: schema.Text, Doc: "The tickets the organization's users may see, as Zendesk names it. Null for accounts that still use shared_tickets."},
		{Name: "shared_comments", Type: schema.Bool, Doc: "True when the organization's users can comment on each other's tickets."},
		{Name: "external_id", Type: schema.Text, Doc: "The organization's id in a system of yours, if one was set. Zendesk ignores its case."},
		{Name: "tags", Type: schema.Texts, Doc: "The organization's tags; tickets of its users get them too."},
		{Name: "organization_fields", Type: schema.JSON, Doc: "The values of the custom organization fields: an object from field key to value. A field without a value has null."},
	},
}, []*stream{{
	endpoint: "/api/v2/incremental/organizations", count: "/api/v2/organizations/count", key: "organizations", paging: timeExport, time: "updated_at",
	whole: "/api/v2/organizations", needs: needsAdmin,
}}}
