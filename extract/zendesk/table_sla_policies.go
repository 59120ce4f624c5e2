package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/business-rules/sla_policies/
var slaPoliciesTable = table{&schema.Table{
	Name: "sla_policies",
	Doc:  "One row a service level agreement: which tickets it applies to, and what times it promises. Empty for plans without them.",
	Key:  "id",
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The policy's id, given by Zendesk."},
		{Name: "url", Type: schema.Text, Doc: "The policy's address in the Zendesk API; it is not a page for people."},
		{Name: "title", Type: schema.Text, Doc: "The policy's name."},
		{Name: "description", Type: schema.Text, Doc: "What the policy is for; null when nobody wrote it down."},
		{Name: "position", Type: schema.Int, Doc: "The policy's place, smallest first: a ticket gets the first policy that fits."},
		{Name: "filter", Type: schema.JSON, Doc: "The tickets that the policy applies to: {all, any}, each an array of conditions {field, operator, value}."},
		{Name: "policy_metrics", Type: schema.JSON, Doc: "The promised times: an array of {priority, metric, target in minutes, target_in_seconds, business_hours}."},
		{Name: "metric_settings", Type: schema.JSON, Doc: "How the metrics of the policy are measured, as Zendesk gives it. Null where Zendesk does not say."},
		{Name: "created_at", Type: schema.Time, Doc: "When the policy was created, UTC."},
		{Name: "updated_at", Type: schema.Time, Doc: "When the policy last changed, UTC."},
	},
}, []*stream{{
	endpoint: "/api/v2/slas/policies", key: "sla_policies", paging: numberedList, time: "updated_at", optional: true,
	needs: "it needs Support Professional, Suite Growth or a larger plan, and the credentials of an admin",
}}}
