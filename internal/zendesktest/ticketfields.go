package zendesktest

import "fmt"

// The fields that every account has.
var systemFields = [...]struct{ kind, title string }{
	{"subject", "Subject"}, {"description", "Description"}, {"status", "Status"}, {"tickettype", "Type"},
	{"priority", "Priority"}, {"group", "Group"}, {"assignee", "Assignee"}, {"custom_status", "Ticket status"},
}

// fieldID returns the id of ticket field number n: the system's fields, the custom ones, those of later days.
func fieldID(n int64) int64 {
	if n < int64(len(systemFields)) {
		return 36_000_110_000_007 + n*3
	}
	return customID(int(n) - len(systemFields))
}

// newField writes a ticket field. Those behind the known custom ones are texts; the first of them is inactive.
func (s *Server) newField(w *writer, id, n, at int64) {
	k := int(n) - len(systemFields)
	kind, title := "text", fmt.Sprintf("Kundenfeld %d", n)
	switch {
	case k < 0:
		kind, title = systemFields[n].kind, systemFields[n].title
	case k < len(customKinds):
		kind, title = customKinds[k], customTitles[k]
	}
	w.open('{')
	w.url("ticket_fields", id)
	w.int("id", id)
	w.str("type", kind)
	for _, name := range [...]string{"title", "raw_title"} {
		w.str(name, title)
	}
	w.str("description", "What we know about: "+title)
	w.str("raw_description", "{{dc.about_"+fmt.Sprint(n)+"}}")
	w.int("position", n)
	w.bool("active", k != len(customKinds))
	w.bool("required", k < 0 && n < 2)
	w.bool("collapsed_for_agents", false)
	w.maybe("regexp_for_validation", kind == "regexp", `\AORD-\d{6}\z`)
	w.str("title_in_portal", title)
	w.str("raw_title_in_portal", title)
	w.bool("visible_in_portal", n%3 != 2)
	w.bool("editable_in_portal", n%3 == 0)
	w.bool("required_in_portal", n == 0)
	w.bool("agent_can_edit", true)
	w.maybe("tag", kind == "checkbox", "escalated_to_engineering")
	w.time("created_at", at)
	w.time("updated_at", s.edited(at, n*day))
	w.bool("removable", k >= 0)
	w.maybe("agent_description", n%4 != 1, [...]string{"", "?", "Ask for it", "Nur für Agenten"}[n%4])
	s.fieldOptions(w, kind)
	if !s.opts.Documented {
		w.maybe("key", k < 0, "standard::"+kind)
		w.maybe("raw_agent_description", n%4 == 2, "Ask for it")
	}
	w.close('}')
}

// withCreator adds to ticket field number n what only creator=true asks for: who made it, -1 for an app.
func (s *Server) withCreator(field []byte, n int64) []byte {
	user, app := "null", "null"
	switch k := n - int64(len(systemFields)); {
	case k == 3:
		user, app = "-1", `"Order lookup"`
	case k >= 0:
		user = fmt.Sprint(userID(k % int64(s.opts.Agents)))
	}
	return setField(setField(field, "creator_user_id", user), "creator_app_name", app)
}

// fieldOptions writes what only some types of field have.
func (s *Server) fieldOptions(w *writer, kind string) {
	switch kind {
	case "tagger", "multiselect":
		w.under("custom_field_options", '[')
		options := contactReasons[:]
		if kind == "multiselect" {
			options = []string{"desk_pro", "lamp_one", "chair_air", "cable_kit"}
			defer w.int("max_selections", 4)
		}
		for i, o := range options {
			w.open('{')
			w.int("id", 46_000_000_000_000+int64(i)+int64(len(kind))*100)
			w.str("name", o)
			w.str("raw_name", o)
			w.str("value", o)
			w.bool("default", false)
			w.close('}')
		}
		w.close(']')
	case "status":
		w.raw("system_field_options", `[{"name":"Open","value":"open"},{"name":"Pending","value":"pending"},{"name":"Solved","value":"solved"}]`)
		w.int("sub_type_id", 1)
	case "tickettype":
		w.raw("system_field_options", `[{"name":"Question","value":"question"},{"name":"Incident","value":"incident"},{"name":"Problem","value":"problem"},{"name":"Task","value":"task"}]`)
		w.int("sub_type_id", 0)
	case "priority":
		w.raw("system_field_options", `[{"name":"Low","value":"low"},{"name":"Normal","value":"normal"},{"name":"High","value":"high"},{"name":"Urgent","value":"urgent"}]`)
		w.int("sub_type_id", 0)
	case "lookup", "multi_lookup":
		w.str("relationship_target_type", "zen:user")
		w.raw("relationship_filter", `{"all":[],"any":[]}`)
	case "custom_status":
		w.under("custom_statuses", '[')
		for n := range len(statuses) - 2 {
			w.open('{')
			w.int("id", customStatusID(int64(n+1)))
			w.raw("status_category", statuses[n+1])
			w.raw("agent_label", statuses[n+1])
			w.bool("active", true)
			w.bool("default", true)
			w.close('}')
		}
		w.close(']')
	}
}
