package zendesktest

// plainLists are the lists and the small exports whose records are their fields, by Zendesk's OpenAPI document,
// https://developer.zendesk.com/zendesk/oas.yaml. One that is not here is another literal.
var plainLists = []List{
	{Table: "brands", id: spaced(36_000_333_000_029, 13), Deleted: "is_deleted", Fields: `
		id:int url active:bool brand_url default:bool has_help_center:bool help_center_state:enabled|disabled|restricted
		host_mapping is_deleted:bool logo:object name signature_template subdomain ticket_form_ids:ticket_forms*
		created_at:time updated_at:time`},
	{Table: "custom_statuses", Paging: OneAnswer, Params: "status_categories active default", Fields: `
		id:int active:bool agent_label default:bool description end_user_description end_user_label raw_agent_label
		raw_description raw_end_user_description raw_end_user_label status_category:new|open|pending|hold|solved
		created_at:time updated_at:time`},
	{Table: "organization_memberships", Fields: `
		id:int url default:bool organization_id:organizations organization_name user_id:users view_tickets:bool
		created_at:time updated_at:time`},
	{Table: "user_fields", Fields: `
		id:int url active:bool custom_field_options:object* description key position:int raw_description raw_title
		regexp_for_validation relationship_filter:object relationship_target_type system:bool tag title type
		created_at:time updated_at:time`},
	{Table: "organization_fields", Fields: `
		id:int url active:bool custom_field_options:object* description key position:int raw_description raw_title
		regexp_for_validation relationship_filter:object relationship_target_type system:bool tag title type
		created_at:time updated_at:time`},
	{Table: "custom_roles", Paging: OneAnswer, Fields: `
		id:int configuration:object description name role_type:int team_member_count:int created_at:time updated_at:time`},
	{Table: "group_sla_policies", Path: "group_slas/policies", Paging: Numbers, Admin: true, Fields: `
		id url description filter:object policy_metrics:object* position:int title created_at:time updated_at:time`},
	{Table: "triggers", Params: "active sort_by sort_order category_id", Fields: `
		id:int url actions:object* active:bool category_id conditions:object default:bool description position:int
		raw_title title created_at:time updated_at:time`},
	{Table: "trigger_categories", Fields: `id name position:int created_at:time updated_at:time`},
	{Table: "automations", Fields: `
		id:int actions:object* active:bool conditions:object default:bool position:int raw_title title created_at:time
		updated_at:time`},
	{Table: "views", Params: "access active group_id sort_by sort_order", Fields: `
		id:int active:bool conditions:object default:bool description execution:object position:int restriction:object
		title created_at:time updated_at:time`},
	{Table: "workspaces", Fields: `
		id:int url activated:bool apps:object* conditions:object description macro_ids:macros* macros:object*
		position:int prefer_workspace_app_order:bool selected_macros:object* ticket_form_id:ticket_forms title
		created_at:time updated_at:time`},
	{Table: "satisfaction_reasons", Envelope: "reasons", Fields: `
		id:int url deleted_at:time raw_value reason_code:int value created_at:time updated_at:time`},
	{Table: "dynamic_content_items", Path: "dynamic_content/items", Envelope: "items", Fields: `
		id:int url default_locale_id:int name outdated:bool placeholder variants:object* created_at:time updated_at:time`},
	{Table: "locales", Paging: OneAnswer, Fields: `id:int url locale name created_at:time updated_at:time`},
	{Table: "support_addresses", Path: "recipient_addresses", Envelope: "recipient_addresses", Fields: `
		id:int brand_id:brands cname_status:unknown|verified|failed default:bool dns_results:verified|failed
		domain_verification_code domain_verification_status:unknown|verified|failed email
		forwarding_status:unknown|waiting|verified|failed name spf_status:unknown|verified|failed created_at:time
		updated_at:time`},
	{Table: "sharing_agreements", Fields: `
		id:int url name partner_name remote_subdomain status type created_at:time updated_at:time`},
	{Table: "queues", Paging: OneAnswer, Fields: `
		id url definition:object description name order:int primary_groups:object priority:int secondary_groups:object
		created_at:time updated_at:time`},
	{Table: "deletion_schedules", Fields: `
		id:int url active:bool conditions:object default:bool description title created_at:time updated_at:time`},
	{Table: "targets", Fields: `id:int active:bool title type created_at:time`},
	{Table: "target_failures", Fields: `
		id:int url consecutive_failure_count:int raw_request raw_response status_code:int target_name created_at:time`},
	{Table: "resource_collections", Fields: `id:int resources:object* created_at:time updated_at:time`},
	{Table: "ticket_metric_events", Path: "incremental/ticket_metric_events", Paging: TimeExport, Changed: "time", Renamed: "metric", Fields: `
		id:int instance_id:int
		metric:agent_work_time|pausable_update_time|periodic_update_time|reply_time|requester_wait_time|resolution_time|group_ownership_time
		ticket_id:tickets time:time type:activate|pause|fulfill|apply_sla|apply_group_sla|breach|update_status|measure`},
}
