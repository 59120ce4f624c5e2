package zendesktest

const (
	exportParams = "start_time cursor per_page include exclude_deleted support_type_scope"
	timeParams   = "start_time per_page include exclude_deleted support_type_scope"
	listParams   = "page[size] page[after] page per_page include sort"
	offsetParams = "page per_page include"
)

// routes are the endpoints that there are beside the lists.
var routes = []route{
	{path: "incremental/tickets/cursor", serve: ticketExport.byCursor, params: exportParams, admin: true, bucket: cursorExports},
	{path: "incremental/users/cursor", serve: userExport.byCursor, params: exportParams, admin: true, bucket: cursorExports},
	{path: "incremental/tickets", serve: ticketExport.byTime, params: timeParams, admin: true, bucket: exports},
	{path: "incremental/users", serve: userExport.byTime, params: timeParams, admin: true, bucket: exports},
	{path: "incremental/organizations", serve: organizationExport.byTime, params: timeParams, admin: true, bucket: exports},
	{path: "incremental/ticket_events", serve: eventExport.byTime, params: timeParams, admin: true, bucket: exports},

	{path: "satisfaction_ratings", serve: ratings, params: listParams + " start_time end_time score", table: "satisfaction_ratings", admin: true},
	{path: "users", serve: userList.list, params: listParams + " role permission_set", table: "users"},
	{path: "organizations", serve: organizationList.list, params: listParams, table: "organizations"},
	{path: "tickets", serve: ticketList.list, params: listParams, table: "tickets", bucket: ticketIndex},
	{path: "tickets/*/audits", serve: auditsOf, params: listParams, bucket: ticketAudits},
	{path: "tickets/*/comments", serve: commentsOf, params: listParams + " include_inline_images"},

	{path: "tickets/*", serve: one("ticket", findTicket), params: "include"},
	{path: "users/*", serve: one("user", findUser), params: "include"},
	{path: "organizations/*", serve: one("organization", findOrganization), params: "include"},
	{path: "tickets/show_many", serve: many("tickets", findTicket), params: "ids include"},
	{path: "users/show_many", serve: many("users", findUser), params: "ids include"},
	{path: "organizations/show_many", serve: many("organizations", findOrganization), params: "ids include"},

	{path: "tickets/count", serve: count(func(c *call) int64 { return c.s.liveTickets() })},
	{path: "users/count", serve: count(func(c *call) int64 { return c.s.users.live() })},
	{path: "organizations/count", serve: count(func(c *call) int64 { return c.s.organizations.live() })},
	{path: "satisfaction_ratings/count", serve: count(counted(ratingSource)), admin: true},
	{path: "tickets/*/audits/count", serve: countOf(false)},
	{path: "tickets/*/comments/count", serve: countOf(true)},

	{path: "users/me", serve: me, anyone: true},
	{path: "oauth/tokens/current", serve: currentToken},
}
