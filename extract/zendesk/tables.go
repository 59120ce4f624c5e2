package zendesk

import (
	"fmt"

	"desklake/schema"
)

// table is a table, and the streams that fill it. One that is filled by a stream of another table has none.
type table struct {
	*schema.Table
	streams []*stream
}

// catalog is the tables in the order of `desklake tables` and of the documentation. Each stands in table_<name>.go, with
// its streams.
var catalog = []table{
	ticketsTable,
	usersTable,
	organizationsTable,
	groupsTable,
	ticketAuditsTable,
	ticketCommentsTable,
	ticketFieldsTable,
	ticketFormsTable,
	ticketMetricsTable,
	groupMembershipsTable,
	macrosTable,
	satisfactionRatingsTable,
	tagsTable,
	slaPoliciesTable,
}

// Tables returns the tables of a Zendesk account in the order of the catalog. The slice is the caller's own; the tables
// are shared and read-only.
func Tables() []*schema.Table {
	tables := make([]*schema.Table, len(catalog))
	for i, t := range catalog {
		tables[i] = t.Table
	}
	return tables
}

// Routes says for each table where its rows come from, such as "GET /api/v2/tags (stream tags)".
func Routes() map[string]string {
	routes := map[string]string{}
	for _, st := range streams {
		for _, t := range st.tables {
			if st.paging == ticketAudits {
				routes[t.Name] += fmt.Sprintf(", or with audits: full GET %s (stream %s)", auditsOfTicket.endpoint, st.name)
			} else {
				routes[t.Name] = fmt.Sprintf("GET %s (stream %s)", st.endpoint, st.name)
			}
		}
	}
	return routes
}
