package zendesk

import (
	"fmt"

	"desklake/extract"
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

// Catalog is what is known of the tables of any Zendesk account: both streams that fill ticket_audits are in it, of which an
// account reads one.
func Catalog() extract.Catalog {
	c := extract.Catalog{Tables: Tables(), Routes: map[string]string{}}
	for _, st := range streams {
		c.Streams = append(c.Streams, extract.Stream{Name: st.name, Tables: st.tables, Pass: st.paging.pass,
			NewDecoder: func(tables []*schema.Table) extract.Decoder { return newDecoder(st, tables) }})
		for _, t := range st.tables {
			if st.paging == ticketAudits {
				c.Routes[t.Name] += fmt.Sprintf(", or with audits: full GET %s (stream %s)", auditsOfTicket.endpoint, st.name)
			} else {
				c.Routes[t.Name] = fmt.Sprintf("GET %s (stream %s)", st.endpoint, st.name)
			}
		}
	}
	return c
}
