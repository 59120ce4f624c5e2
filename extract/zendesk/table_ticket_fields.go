package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_fields/
//
// The creator columns come only when the list is asked for with creator=true.
var ticketFieldsTable = table{&schema.Table{
	Name: "ticket_fields",
	Doc:  "One row a field that tickets can have, built in or custom. It explains the ids in tickets.custom_fields.",
	Key:  "id",
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The field's id, given by Zendesk: the id within tickets.custom_fields."},
		{Name: "url", Type: schema.Text, Doc: "The field's address in the Zendesk API; it is not a page for people."},
		{Name: "type", Type: schema.Text, Doc: "Built in: subject, description, status, tickettype, priority, group, assignee, custom_status. Custom: text, textarea, checkbox, date, integer, decimal, regexp, partialcreditcard, multiselect, tagger (drop-down), lookup."},
		{Name: "key", Type: schema.Text, Doc: "The name of a newer built-in field, such as standard::sentiment. Null for all others."},
		{Name: "title", Type: schema.Text, Doc: "The field's name as agents see it, with dynamic content filled in."},
		{Name: "raw_title", Type: schema.Text, Doc: "The field's name with placeholders of dynamic content left as they are."},
		{Name: "description", Type: schema.Text, Doc: "What the field is for, as users see it."},
		{Name: "raw_description", Type: schema.Text, Doc: "The description with placeholders of dynamic content left as they are."},
		{Name: "position", Type: schema.Int, Doc: "The field's place on a ticket, smallest first. With ticket forms, the forms decide."},
		{Name: "active", Type: schema.Bool, Doc: "False when the field was switched off."},
		{Name: "required", Type: schema.Bool, Doc: "True when agents must fill the field before they can solve a ticket."},
		{Name: "collapsed_for_agents", Type: schema.Bool, Doc: "Whether the field counts among the seldom used ones that the classic agent interface folds away."},
		{Name: "regexp_for_validation", Type: schema.Text, Doc: "For type regexp: the pattern that values must match. Null for all others."},
		{Name: "title_in_portal", Type: schema.Text, Doc: "The field's name as customers see it in the help center."},
		{Name: "raw_title_in_portal", Type: schema.Text, Doc: "The name for customers with placeholders of dynamic content left as they are."},
		{Name: "visible_in_portal", Type: schema.Bool, Doc: "True when customers see the field in the help center."},
		{Name: "editable_in_portal", Type: schema.Bool, Doc: "True when customers can fill the field in the help center."},
		{Name: "required_in_portal", Type: schema.Bool, Doc: "True when customers must fill the field to send a request."},
		{Name: "agent_can_edit", Type: schema.Bool, Doc: "True when agents can change the field's value on a ticket."},
		{Name: "tag", Type: schema.Text, Doc: "For type checkbox: the tag that a ticked box adds to the ticket. Null for all others."},
		{Name: "agent_description", Type: schema.Text, Doc: "What the field is for, as only agents see it."},
		{Name: "raw_agent_description", Type: schema.Text, Doc: "The description for agents with placeholders of dynamic content left as they are."},
		{Name: "removable", Type: schema.Bool, Doc: "False for a built-in field that every ticket has."},
		{Name: "max_selections", Type: schema.Int, Doc: "For fields that take several values: how many at most. Null means no limit, or a field that takes one."},
		{Name: "sub_type_id", Type: schema.Int, Doc: "For priority: 0 all four, 1 without low and urgent. For status: 0 without hold, 1 with it. Null for all others."},
		{Name: "relationship_target_type", Type: schema.Text, Doc: "For type lookup: what the field refers to, such as zen:user, zen:organization, zen:ticket or zen:custom_object:apartment. Null for all others."},
		{Name: "relationship_filter", Type: schema.JSON, Doc: "For type lookup: the conditions that narrow the choice. Null for all others."},
		{Name: "created_at", Type: schema.Time, Doc: "When the field was created, UTC."},
		{Name: "updated_at", Type: schema.Time, Doc: "When the field last changed, UTC."},
		{Name: "creator_user_id", Type: schema.Int, RefersTo: "users.id", Doc: "The user who created the field: users.id. -1 is an app. Null where Zendesk does not say."},
		{Name: "creator_app_name", Type: schema.Text, Doc: "The app that created the field. Null when a user did."},
		{Name: "custom_field_options", Type: schema.JSON, Doc: "For types multiselect and tagger: the choices, an array of {id, name, raw_name, value, default}; value is what stands in tickets.custom_fields. Null for all others."},
		{Name: "system_field_options", Type: schema.JSON, Doc: "For built-in fields with choices (status, priority, tickettype): an array of {name, value}. Null for all others."},
		{Name: "custom_statuses", Type: schema.JSON, Doc: "For type custom_status: the custom statuses, an array of {id, status_category, agent_label, end_user_label, active, ...}, with id = tickets.custom_status_id. Null for all others."},
	},
}, []*stream{{
	endpoint: "/api/v2/ticket_fields", count: "/api/v2/ticket_fields/count", key: "ticket_fields", paging: list, time: "updated_at", needs: needsAgent,
	query: map[string]string{"creator": "true"}, // without it the creator_ columns are left out
}}}
