package catalog

import "slices"

// relation says that a column holds values of another table's key; an array, an object or JSON holds them within.
type relation struct{ table, column, refersTo, ends string }

// The ends of a relation, as Mermaid draws them. What is referred to may always be missing, but for only.
const (
	one  = "}o--o|" // any number of rows refer to one
	many = "}o--o{" // a row refers to several, and any number of rows to each of them
	only = "|o--||" // at most one row refers to it
)

// relations of all sources' tables, in the order of the catalog. The sources do not enforce them: a user that a
// ticket refers to may be gone.
var relations = []relation{
	{"tickets", "requester_id", "users.id", one},
	{"tickets", "submitter_id", "users.id", one},
	{"tickets", "assignee_id", "users.id", one},
	{"tickets", "organization_id", "organizations.id", one},
	{"tickets", "group_id", "groups.id", one},
	{"tickets", "collaborator_ids", "users.id", many},
	{"tickets", "follower_ids", "users.id", many},
	{"tickets", "email_cc_ids", "users.id", many},
	{"tickets", "problem_id", "tickets.id", one},
	{"tickets", "tags", "tags.name", many},
	{"tickets", "custom_fields", "ticket_fields.id", many},
	{"tickets", "satisfaction_rating", "satisfaction_ratings.id", one},
	{"tickets", "followup_ids", "tickets.id", many},
	{"tickets", "ticket_form_id", "ticket_forms.id", one},
	{"users", "organization_id", "organizations.id", one},
	{"users", "default_group_id", "groups.id", one},
	{"organizations", "group_id", "groups.id", one},
	{"ticket_audits", "ticket_id", "tickets.id", one},
	{"ticket_audits", "author_id", "users.id", one},
	{"ticket_comments", "ticket_id", "tickets.id", one},
	{"ticket_comments", "audit_id", "ticket_audits.id", one},
	{"ticket_comments", "author_id", "users.id", one},
	{"ticket_fields", "creator_user_id", "users.id", one},
	{"ticket_forms", "ticket_field_ids", "ticket_fields.id", many},
	{"ticket_metrics", "ticket_id", "tickets.id", only},
	{"group_memberships", "user_id", "users.id", one},
	{"group_memberships", "group_id", "groups.id", one},
	{"satisfaction_ratings", "ticket_id", "tickets.id", one},
	{"satisfaction_ratings", "requester_id", "users.id", one},
	{"satisfaction_ratings", "assignee_id", "users.id", one},
	{"satisfaction_ratings", "group_id", "groups.id", one},
}

// refersTo returns the key that the column refers to, as table.column, or "".
func refersTo(table, column string) string {
	i := slices.IndexFunc(relations, func(r relation) bool { return r.table == table && r.column == column })
	if i < 0 {
		return ""
	}
	return relations[i].refersTo
}
