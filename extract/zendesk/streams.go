package zendesk

import (
	"fmt"
	"net/url"

	"desklake/schema"
)

// paging is how the pages of a stream follow each other.
type paging uint8

const (
	cursorExport paging = iota + 1 // incremental export by cursor
	timeExport                     // incremental export by start_time
	list                           // a whole list by cursor: page[size], page[after]
	numberedList                   // a whole list by page number: page, per_page
	ratings                        // a list by cursor from a start_time on
	ticketAudits                   // a cursor export of tickets, and the audits of each of them
)

// sizeParameter is the query parameter of the page size.
func (p paging) sizeParameter() string {
	if p == list || p == ratings {
		return "page[size]"
	}
	return "per_page"
}

// stream is one walk along one endpoint, as data.
type stream struct {
	name     string
	endpoint string
	query    map[string]string        // of every request
	sideload map[string]*schema.Table // values of include, each with the table that wants it
	key      string                   // of the rows in the envelope
	paging   paging
	rows     int    // on a page, the most that the API gives
	time     string // the rows' field whose latest value is the high-water mark
	each     bool   // reading on needs each row's id and times
	whole    string // endpoint of a list of the same rows, for a second that holds more than a page of the export can
	tables   []*schema.Table
	needs    string // what makes the stream readable, for accounts and roles that can't
	optional bool   // accounts can lack it by their plan: a refusal means that, until it could be read once
}

// The limits of pages: an export's, https://developer.zendesk.com/documentation/ticketing/managing-tickets/using-the-incremental-export-api/,
// and a list's, https://developer.zendesk.com/api-reference/introduction/pagination/.
const (
	exportRows = 1000
	listRows   = 100
)

const (
	needsAdmin  = "Zendesk's exports are for admins only"
	needsAgent  = "reading it needs an agent who may see it, best an admin"
	needsForms  = "it needs a plan with ticket forms, and the credentials of an agent"
	needsSLAs   = "it needs Support Professional, Suite Growth or a larger plan, and the credentials of an admin"
	needsRating = "it needs a plan with satisfaction ratings (the older kind of customer satisfaction survey), and the credentials of an admin"
)

var streams = []*stream{
	{
		name: "tickets", endpoint: "/api/v2/incremental/tickets/cursor", key: "tickets", paging: cursorExport, rows: exportRows,
		query:    map[string]string{"support_type_scope": "all"}, // without it the tickets of AI agents are left out
		sideload: map[string]*schema.Table{"metric_sets": ticketMetricsTable},
		time:     "generated_timestamp", tables: []*schema.Table{ticketsTable, ticketMetricsTable}, needs: needsAdmin,
	},
	{
		name: "users", endpoint: "/api/v2/incremental/users/cursor", key: "users", paging: cursorExport, rows: exportRows,
		time: "updated_at", tables: []*schema.Table{usersTable}, needs: needsAdmin,
	},
	{
		name: "organizations", endpoint: "/api/v2/incremental/organizations", key: "organizations", paging: timeExport, rows: exportRows,
		time: "updated_at", whole: "/api/v2/organizations", tables: []*schema.Table{organizationsTable}, needs: needsAdmin,
	},
	{
		name: "groups", endpoint: "/api/v2/groups", key: "groups", paging: list, rows: listRows,
		query: map[string]string{"exclude_deleted": "false"},
		time:  "updated_at", tables: []*schema.Table{groupsTable}, needs: needsAgent,
	},
	{
		name: "ticket_events", endpoint: "/api/v2/incremental/ticket_events", key: "ticket_events", paging: timeExport, rows: exportRows,
		query: map[string]string{"include": "comment_events", "support_type_scope": "all"},
		time:  "timestamp", tables: []*schema.Table{ticketAuditsTable, ticketCommentsTable}, needs: needsAdmin,
	},
	{
		name: "ticket_audits", endpoint: "/api/v2/incremental/tickets/cursor", key: "tickets", paging: ticketAudits, rows: listRows,
		query: map[string]string{"support_type_scope": "all"}, each: true,
		time: "generated_timestamp", tables: []*schema.Table{ticketAuditsTable, ticketCommentsTable}, needs: needsAdmin,
	},
	{
		name: "ticket_fields", endpoint: "/api/v2/ticket_fields", key: "ticket_fields", paging: list, rows: listRows,
		query: map[string]string{"creator": "true"}, // without it the creator_ columns are left out
		time:  "updated_at", tables: []*schema.Table{ticketFieldsTable}, needs: needsAgent,
	},
	{
		name: "ticket_forms", endpoint: "/api/v2/ticket_forms", key: "ticket_forms", paging: numberedList, rows: listRows,
		time: "updated_at", tables: []*schema.Table{ticketFormsTable}, needs: needsForms, optional: true,
	},
	{
		name: "group_memberships", endpoint: "/api/v2/group_memberships", key: "group_memberships", paging: list, rows: listRows,
		time: "updated_at", tables: []*schema.Table{groupMembershipsTable}, needs: needsAgent,
	},
	{
		name: "macros", endpoint: "/api/v2/macros", key: "macros", paging: list, rows: listRows,
		time: "updated_at", tables: []*schema.Table{macrosTable}, needs: needsAgent,
	},
	{
		name: "satisfaction_ratings", endpoint: "/api/v2/satisfaction_ratings", key: "satisfaction_ratings", paging: ratings, rows: listRows,
		time: "updated_at", each: true, tables: []*schema.Table{satisfactionRatingsTable}, needs: needsRating, optional: true,
	},
	{
		name: "tags", endpoint: "/api/v2/tags", key: "tags", paging: list, rows: listRows,
		tables: []*schema.Table{tagsTable}, needs: needsAgent,
	},
	{
		name: "sla_policies", endpoint: "/api/v2/slas/policies", key: "sla_policies", paging: numberedList, rows: listRows,
		time: "updated_at", tables: []*schema.Table{slaPoliciesTable}, needs: needsSLAs, optional: true,
	},
}

// stream returns the stream of that name.
func (s *Source) stream(name string) (*stream, error) {
	for _, st := range streams {
		if st.name == name {
			return st, nil
		}
	}
	return nil, fmt.Errorf("there is no stream %q", name)
}

// scanner reads the envelopes of the stream's pages.
func (st *stream) scanner() scanner {
	sc := scanner{key: st.key, id: "id", time: st.time, each: st.each}
	if len(st.tables) > 0 {
		key := st.tables[0].Columns[0]
		sc.id, sc.named = key.Name, key.Type == schema.Text
	}
	return sc
}

// pass reports that each walk is a complete reading.
func (st *stream) pass() bool { return st.paging == list || st.paging == numberedList }

// values is the query that every request has which fills the tables.
func (st *stream) values(tables []*schema.Table) url.Values {
	q := url.Values{}
	for name, value := range st.query {
		q.Set(name, value)
	}
	for include, wants := range st.sideload {
		for _, t := range tables {
			if t == wants {
				q.Set("include", include)
			}
		}
	}
	return q
}
