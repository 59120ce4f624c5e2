package zendesktest

// ownLists are the lists whose records are more than their fields: functions write them.
var ownLists = []List{
	{Table: "groups", Params: "exclude_deleted", Renamed: "name", Deleted: "deleted", Changed: "updated_at",
		write: (*Server).newGroup, id: func(s *Server, n int64) int64 { return s.groupID(int(n)) },
		rows: func(o Options) int { return o.Groups + 1 }, counts: true,
		hides: func(c *call, r []byte) bool { return c.query.Get("exclude_deleted") != "false" && isTrue(r, "deleted") }},
	{Table: "group_memberships", Renamed: "default", Changed: "updated_at",
		write: (*Server).newMembership, id: spaced(43_000_000_000_003, 29), rows: func(o Options) int { return o.Agents + o.Agents/3 }},
	{Table: "ticket_fields", Params: "creator", Renamed: "title", Changed: "updated_at",
		write: (*Server).newField, id: func(_ *Server, n int64) int64 { return fieldID(n) }, asked: (*Server).withCreator,
		Rows: len(systemFields) + len(customKinds) + 1, bucket: ticketFields, whole: true, counts: true},
	{Table: "ticket_forms", Paging: Numbers, Params: "active end_user_visible fallback_to_default associated_to_brand",
		Renamed: "name", Changed: "updated_at", Rows: 3, write: (*Server).newForm, id: func(_ *Server, n int64) int64 { return formID(int(n)) }},
	{Table: "macros", Params: "access active category group_id only_viewable", Renamed: "title", Changed: "updated_at",
		write: (*Server).newMacro, id: spaced(44_000_000_000_009, 31), rows: func(o Options) int { return o.Macros },
		hides: func(c *call, r []byte) bool {
			return c.query.Has("active") && c.query.Get("active") == "true" != isTrue(r, "active")
		}},
	{Table: "tags", Renamed: "count", key: "name", Rows: len(tagNames), write: (*Server).newTag, id: spaced(1, 1), counts: true},
	{Table: "sla_policies", Path: "slas/policies", Paging: Numbers, Admin: true, Renamed: "title", Changed: "updated_at",
		write: (*Server).newPolicy, id: spaced(45_000_000_000_001, 23), Rows: 4},
}
