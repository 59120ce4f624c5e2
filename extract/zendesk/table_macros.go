package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/business-rules/macros/
//
// The sideloads (usage_24h, permissions, ...) are no columns: they are figures of the moment, which would make
// every macro a changed row in every run.
var macrosTable = table{&schema.Table{
	Name: "macros",
	Doc:  "One row a macro, a prepared answer or set of actions that agents apply to tickets; personal ones included.",
	Key:  "id",
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The macro's id, given by Zendesk."},
		{Name: "url", Type: schema.Text, Doc: "The macro's address in the Zendesk API; it is not a page for people."},
		{Name: "title", Type: schema.Text, Doc: "The macro's name, with :: between the levels of a menu."},
		{Name: "raw_title", Type: schema.Text, Doc: "The name with placeholders of dynamic content left as they are. Null where Zendesk does not say."},
		{Name: "description", Type: schema.Text, Doc: "What the macro is for; null when nobody wrote it down."},
		{Name: "active", Type: schema.Bool, Doc: "False when the macro was switched off."},
		{Name: "default", Type: schema.Bool, Doc: "True for a macro that Zendesk delivered with the account."},
		{Name: "position", Type: schema.Int, Doc: "The macro's place in the list, smallest first."},
		{Name: "actions", Type: schema.JSON, Doc: "What the macro does to a ticket: an array of {field, value}."},
		{Name: "restriction", Type: schema.JSON, Doc: "Who may use the macro: {type: Group or User, id, ids}. Null means all agents."},
		{Name: "created_at", Type: schema.Time, Doc: "When the macro was created, UTC."},
		{Name: "updated_at", Type: schema.Time, Doc: "When the macro last changed, UTC."},
	},
}, []*stream{{
	endpoint: "/api/v2/macros", key: "macros", paging: list, time: "updated_at", needs: needsAgent,
}}}
