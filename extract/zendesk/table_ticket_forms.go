package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_forms/
var ticketFormsTable = table{&schema.Table{
	Name: "ticket_forms",
	Doc:  "One row a ticket form, which says what fields a kind of request has. Empty for plans without ticket forms.",
	Key:  "id",
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The form's id, given by Zendesk."},
		{Name: "url", Type: schema.Text, Doc: "The form's address in the Zendesk API; it is not a page for people."},
		{Name: "name", Type: schema.Text, Doc: "The form's name as agents see it, with dynamic content filled in."},
		{Name: "raw_name", Type: schema.Text, Doc: "The form's name with placeholders of dynamic content left as they are."},
		{Name: "display_name", Type: schema.Text, Doc: "The form's name as customers see it."},
		{Name: "raw_display_name", Type: schema.Text, Doc: "The name for customers with placeholders of dynamic content left as they are."},
		{Name: "position", Type: schema.Int, Doc: "The form's place among the forms, smallest first."},
		{Name: "active", Type: schema.Bool, Doc: "False when the form was switched off."},
		{Name: "default", Type: schema.Bool, Doc: "True for the account's default form."},
		{Name: "end_user_visible", Type: schema.Bool, Doc: "True when customers can choose the form."},
		{Name: "in_all_brands", Type: schema.Bool, Doc: "True when all brands use the form; otherwise restricted_brand_ids says which."},
		{Name: "restricted_brand_ids", Type: schema.Ints, Doc: "The brands that use the form. Empty when all do."},
		{Name: "ticket_field_ids", Type: schema.Ints, RefersTo: "ticket_fields.id", Ends: schema.ManyToMany, Doc: "The form's fields in the order they are shown: ticket_fields.id."},
		{Name: "agent_conditions", Type: schema.JSON, Doc: "Which fields agents see depending on another field's value: an array of {parent_field_id, value, child_fields}."},
		{Name: "end_user_conditions", Type: schema.JSON, Doc: "Which fields customers see depending on another field's value: an array of {parent_field_id, value, child_fields}."},
		{Name: "created_at", Type: schema.Time, Doc: "When the form was created, UTC."},
		{Name: "updated_at", Type: schema.Time, Doc: "When the form last changed, UTC."},
		{Name: "deleted_at", Type: schema.Time, Doc: "When the form was deleted at Zendesk, UTC. Null while it exists, and where Zendesk does not say."},
		{Name: "form_type", Type: schema.Text, Doc: "The kind of form, such as standard. Null where Zendesk does not say."},
	},
}, []*stream{{
	endpoint: "/api/v2/ticket_forms", key: "ticket_forms", paging: numberedList, time: "updated_at", optional: true,
	needs: "it needs a plan with ticket forms, and the credentials of an agent",
}}}
