package zendesktest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// The fields of each table by its documentation; those that are null in every account that does not use a
// feature, or that can only be written, are left out.
var documented = map[string]string{
	"tickets": `id url external_id created_at updated_at generated_timestamp type subject raw_subject description priority
		status custom_status_id recipient requester_id submitter_id assignee_id organization_id group_id brand_id collaborator_ids
		follower_ids email_cc_ids forum_topic_id problem_id has_incidents is_public due_at tags custom_fields fields
		satisfaction_rating satisfaction_probability sharing_agreement_ids followup_ids ticket_form_id allow_channelback
		allow_attachments from_messaging_channel support_type via`,
	"ticket_metrics": `id url ticket_id created_at updated_at group_stations assignee_stations reopens replies assignee_updated_at
		requester_updated_at status_updated_at custom_status_updated_at initially_assigned_at assigned_at solved_at
		latest_comment_added_at reply_time_in_minutes first_resolution_time_in_minutes full_resolution_time_in_minutes
		agent_wait_time_in_minutes requester_wait_time_in_minutes on_hold_time_in_minutes reply_time_in_seconds`,
	"users": `id url name email created_at updated_at time_zone iana_time_zone phone shared_phone_number photo locale_id locale
		organization_id role role_type custom_role_id default_group_id verified active shared shared_agent external_id tags alias
		signature details notes last_login_at two_factor_auth_enabled moderator ticket_restriction only_private_comments
		restricted_agent suspended chat_only report_csv user_fields permanently_deleted`,
	"organizations": `id url name created_at updated_at deleted_at domain_names details notes group_id shared_tickets
		shared_comments external_id tags organization_fields`,
	"groups":            `id url name description default deleted is_public created_at updated_at`,
	"group_memberships": `id url user_id group_id default created_at updated_at`,
	"ticket_fields": `id url type title raw_title description raw_description position active required collapsed_for_agents
		regexp_for_validation title_in_portal raw_title_in_portal visible_in_portal editable_in_portal required_in_portal
		agent_can_edit tag agent_description removable max_selections sub_type_id relationship_target_type relationship_filter
		created_at updated_at custom_field_options system_field_options custom_statuses creator_user_id creator_app_name`,
	"ticket_forms": `id url name raw_name display_name raw_display_name position active default end_user_visible in_all_brands
		restricted_brand_ids ticket_field_ids agent_conditions end_user_conditions created_at updated_at`,
	"macros": `id url title description active default position actions restriction created_at updated_at`,
	"satisfaction_ratings": `id url ticket_id requester_id assignee_id group_id score comment reason reason_id reason_code
		created_at updated_at`,
	"tags":         `name count`,
	"sla_policies": `id url title description position filter policy_metrics created_at updated_at`,
}

// undocumented are the fields that only live accounts were seen to have, or that are made up.
var undocumented = map[string]string{
	"tickets": "encoded_id routing_score", "users": "is_billing_admin conversation_language suspension_details",
	"organizations": "ticket_restriction health_score", "ticket_fields": "key raw_agent_description",
	"ticket_forms": "form_type", "macros": "raw_title categories", "sla_policies": "metric_settings",
}

func TestEachDocumentedFieldHasAValueSomewhereAndNoOtherIsThere(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 700, Users: 400})
	plain := helpdesk(Options{Tickets: 700, Users: 400, Documented: true})
	for table, names := range documented {
		want := strings.Fields(names)
		filled, met := fieldsOf(t, s, table)
		for _, name := range want {
			if !filled[name] {
				t.Errorf("%s.%s is always null", table, name)
			}
		}
		extra := strings.Fields(undocumented[table])
		for name := range met {
			if !slices.Contains(want, name) && !slices.Contains(extra, name) {
				t.Errorf("%s.%s is not documented", table, name)
			}
		}
		_, met = fieldsOf(t, plain, table)
		for _, name := range extra {
			if met[name] && name != "suspension_details" && name != "ticket_restriction" {
				t.Errorf("%s.%s is there although only documented fields were asked for", table, name)
			}
		}
	}
}

// fieldsOf returns the fields that are not null somewhere, and all that there are.
func fieldsOf(t *testing.T, s *Server, table string) (filled, met map[string]bool) {
	t.Helper()
	filled, met = map[string]bool{}, map[string]bool{}
	for r := range s.Truth(table) {
		var record map[string]json.RawMessage
		if err := json.Unmarshal(r.JSON, &record); err != nil {
			t.Fatal(table, err)
		}
		for name := range maps.Keys(record) {
			met[name] = true
			filled[name] = filled[name] || string(record[name]) != "null"
		}
	}
	return filled, met
}

func TestRecordsReferToRecordsThatExist(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Tickets: 400})
	known := map[string]map[string]string{}
	for _, table := range s.Tables() {
		known[table] = truth(s, table)
	}
	for _, link := range [...]struct{ table, field, to string }{
		{"tickets", "requester_id", "users"}, {"tickets", "assignee_id", "users"}, {"tickets", "organization_id", "organizations"},
		{"tickets", "group_id", "groups"}, {"tickets", "ticket_form_id", "ticket_forms"}, {"tickets", "problem_id", "tickets"},
		{"ticket_metrics", "ticket_id", "tickets"}, {"users", "organization_id", "organizations"}, {"users", "default_group_id", "groups"},
		{"group_memberships", "user_id", "users"}, {"group_memberships", "group_id", "groups"}, {"organizations", "group_id", "groups"},
		{"satisfaction_ratings", "ticket_id", "tickets"}, {"satisfaction_ratings", "requester_id", "users"},
		{"ticket_audits", "ticket_id", "tickets"}, {"ticket_comments", "audit_id", "ticket_audits"}, {"ticket_comments", "author_id", "users"},
	} {
		links := 0
		for key, raw := range known[link.table] {
			var record map[string]json.RawMessage
			if err := json.Unmarshal([]byte(raw), &record); err != nil {
				t.Fatal(err)
			}
			to := string(record[link.field])
			if to == "null" {
				continue
			}
			links++
			if _, ok := known[link.to][to]; !ok {
				t.Fatalf("%s %s: %s %s is no record of %s", link.table, key, link.field, to, link.to)
			}
		}
		if links == 0 {
			t.Errorf("%s.%s refers to nothing", link.table, link.field)
		}
	}
}
