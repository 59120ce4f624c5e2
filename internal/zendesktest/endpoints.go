package zendesktest

const (
	exportParams = "start_time cursor per_page include exclude_deleted support_type_scope"
	timeParams   = "start_time per_page include exclude_deleted support_type_scope"
	listParams   = "page[size] page[after] page per_page include sort"
	offsetParams = "page per_page include"
)

// routes are the endpoints that there are.
var routes = []route{
	{path: "incremental/tickets/cursor", serve: ticketExport.byCursor, params: exportParams, admin: true, bucket: cursorExports},
	{path: "incremental/users/cursor", serve: userExport.byCursor, params: exportParams, admin: true, bucket: cursorExports},
	{path: "incremental/tickets", serve: ticketExport.byTime, params: timeParams, admin: true, bucket: exports},
	{path: "incremental/users", serve: userExport.byTime, params: timeParams, admin: true, bucket: exports},
	{path: "incremental/organizations", serve: organizationExport.byTime, params: timeParams, admin: true, bucket: exports},
	{path: "incremental/ticket_events", serve: eventExport.byTime, params: timeParams, admin: true, bucket: exports},

	{path: "groups", serve: listSource("groups").list, params: listParams + " exclude_deleted", table: "groups"},
	{path: "group_memberships", serve: listSource("group_memberships").list, params: listParams, table: "group_memberships"},
	{path: "ticket_fields", serve: listSource("ticket_fields").list, params: listParams + " creator", table: "ticket_fields", bucket: ticketFields, whole: true},
	{path: "ticket_forms", serve: listSource("ticket_forms").byOffset, params: offsetParams + " active end_user_visible fallback_to_default associated_to_brand", table: "ticket_forms"},
	{path: "macros", serve: listSource("macros").list, params: listParams + " access active category group_id only_viewable", table: "macros"},
	{path: "tags", serve: listSource("tags").list, params: listParams, table: "tags"},
	{path: "slas/policies", serve: listSource("sla_policies").byOffset, params: offsetParams, table: "sla_policies", admin: true},
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
	{path: "groups/count", serve: count(counted(listSource("groups")))},
	{path: "ticket_fields/count", serve: count(counted(listSource("ticket_fields")))},
	{path: "tags/count", serve: count(counted(listSource("tags")))},
	{path: "satisfaction_ratings/count", serve: count(counted(ratingSource)), admin: true},
	{path: "tickets/*/audits/count", serve: countOf(false)},
	{path: "tickets/*/comments/count", serve: countOf(true)},

	{path: "users/me", serve: me, anyone: true},
	{path: "oauth/tokens/current", serve: currentToken},
}
