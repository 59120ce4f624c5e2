package zendesk

import "desklake/schema"

// https://developer.zendesk.com/api-reference/ticketing/ticket-management/tags/
var tagsTable = table{&schema.Table{
	Name: "tags",
	Doc:  "One row a tag among the 20,000 most used of the last 60 days. It is not the list of all tags: for that, unnest tickets.tags.",
	Key:  "name",
	Columns: []schema.Column{
		{Name: "name", Type: schema.Text, Doc: "The tag, as it stands in tickets.tags."},
		{Name: "count", Type: schema.Int, Doc: "How often the tag is used, by the count of Zendesk."},
	},
}, []*stream{{
	endpoint: "/api/v2/tags", count: "/api/v2/tags/count", key: "tags", paging: list, needs: needsAgent,
}}}
