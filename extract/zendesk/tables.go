package zendesk

import (
	"fmt"

	"desklake/schema"
)

// Tables returns the tables of a Zendesk account in the order of the catalog, which is the order of
// `desklake tables` and of the documentation. The literals stand in table_<name>.go, one file a table.
// The slice is the caller's own; the tables are shared and read-only.
func Tables() []*schema.Table {
	return []*schema.Table{
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
