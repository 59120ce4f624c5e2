package zendesktest

import "fmt"

// newMacro writes a macro.
func (s *Server) newMacro(w *writer, id, n, at int64) {
	title := macroTitles[n%int64(len(macroTitles))]
	if round := n / int64(len(macroTitles)); round > 0 {
		title = fmt.Sprintf("%s (%d)", title, round+1)
	}
	w.open('{')
	w.url("macros", id)
	w.int("id", id)
	w.str("title", title)
	w.maybe("description", n%3 != 1, [...]string{"", "For the first line", "Setzt den Status auf „gelöst“"}[n%3])
	w.bool("active", n%9 != 8)
	w.bool("default", false)
	w.int("position", n+1)
	w.raw("actions", `[{"field":"status","value":"pending"},{"field":"comment_value","value":["channel:all","Thank you."]},`+
		`{"field":"current_tags","value":"followup"},{"field":"assignee_id","value":null}]`)
	if n%4 == 3 {
		group := fmt.Sprint(s.groupID(int(n) % s.opts.Groups))
		w.raw("restriction", `{"type":"Group","id":`+group+`,"ids":[`+group+`]}`)
	} else {
		w.null("restriction")
	}
	w.time("created_at", at)
	w.time("updated_at", s.edited(at, n*hour))
	if !s.opts.Documented {
		w.str("raw_title", title)
		w.raw("categories", `["first line",`+fmt.Sprint(n%3)+`]`)
	}
	w.close('}')
}

// newForm writes a ticket form.
func (s *Server) newForm(w *writer, id, n, at int64) {
	name := fmt.Sprintf("Form %d", n+1)
	if n < 3 {
		name = [...]string{"Contact us", "Rückgabe & Reklamation", "Report a fault"}[n]
	}
	child := fmt.Sprintf(`{"id":%d,"is_required":true,"required_on_statuses":{"type":"SOME_STATUSES","statuses":["pending","solved"],"custom_statuses":[%d]}}`,
		customID(9), customStatusID(statusHold))
	condition := fmt.Sprintf(`[{"parent_field_id":%d,"parent_field_type":"checkbox","value":true,"child_fields":[%s]}]`, customID(2), child)
	w.open('{')
	w.url("ticket_forms", id)
	w.int("id", id)
	w.str("name", name)
	w.str("raw_name", name)
	w.str("display_name", name)
	w.str("raw_display_name", "{{dc.form_"+fmt.Sprint(n)+"}}")
	w.int("position", n+1)
	w.bool("active", true)
	w.bool("default", n == 0)
	w.bool("end_user_visible", n != 2)
	w.bool("in_all_brands", n != 1)
	if n == 1 {
		w.ids("restricted_brand_ids", brandID(0), brandID(7))
		w.raw("agent_conditions", condition)
		w.raw("end_user_conditions", condition)
	} else {
		w.ids("restricted_brand_ids")
		w.raw("agent_conditions", "[]")
		w.raw("end_user_conditions", "[]")
	}
	w.ids("ticket_field_ids", fieldID(0), fieldID(1), customID(0), customID(int(n)%len(customKinds)))
	w.time("created_at", at)
	w.time("updated_at", s.edited(at, n*day))
	if !s.opts.Documented {
		w.str("form_type", "standard")
	}
	w.close('}')
}

// newPolicy writes a service level policy.
func (s *Server) newPolicy(w *writer, id, n, at int64) {
	title := fmt.Sprintf("Policy %d", n+1)
	if n < 4 {
		title = [...]string{"Enterprise", "Incidents", "Telefon", "Everybody"}[n]
	}
	w.open('{')
	w.int("id", id)
	w.url("slas/policies", id)
	w.str("title", title)
	w.maybe("description", n != 2, [...]string{"", "First reply within the hour"}[n%2])
	w.int("position", n+1)
	w.raw("filter", fmt.Sprintf(`{"all":[{"field":"type","operator":"is","value":"incident"},{"field":"group_id","operator":"is","value":%d}],"any":[{"field":"current_tags","operator":"includes","value":["vip","enterprise"]}]}`,
		s.groupID(int(n)%s.opts.Groups)))
	w.under("policy_metrics", '[')
	for i, p := range [...]string{"low", "normal", "high", "urgent"} {
		target := 480 >> (i + int(n%2))
		w.open('{')
		w.str("priority", p)
		w.str("metric", "first_reply_time")
		w.int("target", int64(target))
		w.int("target_in_seconds", int64(target*minute))
		w.bool("business_hours", n%2 == 0)
		w.close('}')
	}
	w.close(']')
	w.time("created_at", at)
	w.time("updated_at", s.edited(at, n*day))
	if !s.opts.Documented {
		w.raw("metric_settings", `{"first_reply_time":{"activate_on_ticket_created_for_end_user":true}}`)
	}
	w.close('}')
}
