package zendesktest

import "fmt"

// newGroup writes a group. The one behind those that tickets belong to is deleted.
func (s *Server) newGroup(w *writer, id, n, at int64) {
	name := groupNames[n%int64(len(groupNames))]
	title, description := name.name, name.description
	switch {
	case n == int64(s.opts.Groups):
		title, description = "Fax desk", ""
	case n >= int64(len(groupNames)):
		title = fmt.Sprintf("%s %d", name.name, n/int64(len(groupNames))+1)
	}
	w.open('{')
	w.url("groups", id)
	w.int("id", id)
	w.bool("is_public", n%5 != 4)
	w.str("name", title)
	w.str("description", description)
	w.bool("default", n == 0)
	w.bool("deleted", n == int64(s.opts.Groups))
	w.time("created_at", at)
	w.time("updated_at", s.edited(at, n*day))
	w.close('}')
}

// newMembership puts an agent into a group: each into one, and some into a second one.
func (s *Server) newMembership(w *writer, id, n, at int64) {
	agents, groups := int64(s.opts.Agents), int64(s.opts.Groups)
	agent, second := n, int64(0)
	for agent >= agents { // the second groups, and those of later days
		agent, second = agent-agents, second+1
		if second == 1 {
			agent *= 3
		}
	}
	w.open('{')
	w.url("group_memberships", id)
	w.int("id", id)
	w.int("user_id", userID(1+agent%agents))
	w.int("group_id", s.groupID(int((agent+second)%groups)))
	w.bool("default", second == 0)
	w.time("created_at", at)
	w.time("updated_at", map[bool]int64{true: at}[n%7 != 3])
	w.close('}')
}

// newTag writes a tag with the number of its uses in the last 60 days; the list is not a complete one.
func (s *Server) newTag(w *writer, _, n, _ int64) {
	name := fmt.Sprintf("campaign_%d", n)
	if n < int64(len(tagNames)) {
		name = tagNames[n]
	}
	w.open('{')
	w.str("name", name)
	w.int("count", int64(s.opts.Tickets)/(n+6)+1)
	w.close('}')
}
