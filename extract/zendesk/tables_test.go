package zendesk

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"desklake/schema"
)

// floor names the columns that users rely on. A table or a column may be added anywhere, but none of these may go.
var floor = []struct{ table, columns string }{
	{"tickets", "id url external_id created_at updated_at generated_timestamp type subject raw_subject description " +
		"priority status custom_status_id recipient requester_id submitter_id assignee_id organization_id group_id " +
		"brand_id collaborator_ids collaborators follower_ids email_cc_ids forum_topic_id problem_id has_incidents " +
		"is_public due_at tags custom_fields satisfaction_rating sharing_agreement_ids followup_ids ticket_form_id " +
		"macro_ids via via_followup_source_id allow_channelback allow_attachments from_messaging_channel"},
	{"users", "id url name email created_at updated_at active alias chat_only custom_role_id default_group_id details " +
		"external_id iana_time_zone last_login_at locale locale_id moderator notes only_private_comments " +
		"organization_id phone shared_phone_number photo report_csv restricted_agent role role_type shared " +
		"shared_agent signature suspended tags ticket_restriction time_zone two_factor_auth_enabled verified user_fields"},
	{"organizations", "id url name created_at updated_at deleted_at details domain_names external_id group_id notes " +
		"organization_fields shared_comments shared_tickets tags"},
	{"groups", "id url name description default deleted is_public created_at updated_at"},
	{"ticket_audits", "id ticket_id author_id created_at via events metadata"},
	{"ticket_comments", "id ticket_id audit_id author_id type body html_body plain_body public attachments uploads via " +
		"metadata created_at"},
	{"ticket_fields", "id url type title raw_title description raw_description position active required " +
		"collapsed_for_agents regexp_for_validation title_in_portal raw_title_in_portal visible_in_portal " +
		"editable_in_portal required_in_portal agent_description tag removable sub_type_id custom_field_options " +
		"system_field_options created_at updated_at"},
	{"ticket_forms", "id url name raw_name display_name raw_display_name position active default end_user_visible " +
		"in_all_brands restricted_brand_ids ticket_field_ids agent_conditions end_user_conditions created_at updated_at"},
	{"ticket_metrics", "id url ticket_id created_at updated_at group_stations assignee_stations reopens replies " +
		"assignee_updated_at requester_updated_at status_updated_at initially_assigned_at assigned_at solved_at " +
		"latest_comment_added_at reply_time_in_minutes first_resolution_time_in_minutes " +
		"full_resolution_time_in_minutes agent_wait_time_in_minutes requester_wait_time_in_minutes on_hold_time_in_minutes"},
	{"group_memberships", "id url user_id group_id default created_at updated_at"},
	{"macros", "id url title description active default position actions restriction created_at updated_at"},
	{"satisfaction_ratings", "id url ticket_id requester_id assignee_id group_id score comment reason reason_id " +
		"reason_code created_at updated_at"},
	{"tags", "name count"},
	{"sla_policies", "id url title description position filter policy_metrics created_at updated_at"},
}

func TestTheCatalogHasTheTablesAndColumnsThatUsersRelyOn(t *testing.T) {
	t.Parallel()
	tables := Tables()
	for _, want := range floor {
		i := slices.IndexFunc(tables, func(table *schema.Table) bool { return table.Name == want.table })
		if i < 0 {
			t.Errorf("the table %s is missing", want.table)
			continue
		}
		for name := range strings.FieldsSeq(want.columns) {
			if columnOf(tables[i], name) == nil {
				t.Errorf("%s: column %s is missing", want.table, name)
			}
		}
	}
}

func TestEveryTableFileIsInTables(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("table_*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no table_*.go found: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "table_"), ".go")
		if !slices.ContainsFunc(Tables(), func(table *schema.Table) bool { return table.Name == name }) {
			t.Errorf("%s: no table %q in Tables(): add its variable to catalog in tables.go", file, name)
		}
	}
	if len(files) != len(Tables()) {
		t.Errorf("%d tables in %d files: give each table its own table_<name>.go", len(Tables()), len(files))
	}
}

func TestNamesAreUniqueAndSnakeCase(t *testing.T) {
	t.Parallel()
	snake := regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	seen := map[string]bool{}
	check := func(path, name string) {
		if !snake.MatchString(name) {
			t.Errorf("%s: %q is not snake_case", path, name)
		}
		if seen[path] {
			t.Errorf("%s: there are two of this name", path)
		}
		seen[path] = true
	}
	for _, table := range Tables() {
		check(table.Name, table.Name)
		eachColumn(table, func(path string, c schema.Column) { check(path, c.Name) })
	}
}

func TestTheColumnsThatATableRefersToExistAndFit(t *testing.T) {
	t.Parallel()
	for _, table := range Tables() {
		// refers checks that the named column exists with one of the types; an empty name is none.
		refers := func(role, name string, types ...schema.Type) {
			if name == "" {
				return
			}
			if c := columnOf(table, name); c == nil || !slices.Contains(types, c.Type) {
				t.Errorf("%s: %s %q is no column of a fitting type", table.Name, role, name)
			}
		}
		if table.Key != table.Columns[0].Name {
			t.Errorf("%s: the key %q must be the first column", table.Name, table.Key)
		}
		refers("key", table.Key, schema.Int, schema.Text)
		refers("version", table.Version, schema.Int, schema.Time, schema.Unix)
		refers("month", table.Month, schema.Time)
		switch table.Deleted.Value {
		case "":
			refers("deleted marker", table.Deleted.Column, schema.Time)
		case "true", "false":
			refers("deleted marker", table.Deleted.Column, schema.Bool)
		default:
			refers("deleted marker", table.Deleted.Column, schema.Text)
		}
		for alias, name := range table.Aliases {
			if columnOf(table, alias) != nil || columnOf(table, name) == nil {
				t.Errorf("%s: alias %s of %s: the first must not be a column, the second must", table.Name, alias, name)
			}
		}
	}
}

func TestReferencesNameKeysAndArraysReferToMany(t *testing.T) {
	t.Parallel()
	keys := map[string]schema.Type{}
	for _, table := range Tables() {
		keys[table.Name+"."+table.Key] = table.Columns[0].Type
	}
	// holds is what a column holds of keys of a type; JSON and objects have them within.
	holds := map[schema.Type]schema.Type{schema.Int: schema.Int, schema.Ints: schema.Int, schema.Text: schema.Text, schema.Texts: schema.Text}
	references := 0
	for _, table := range Tables() {
		eachColumn(table, func(path string, c schema.Column) {
			if c.RefersTo == "" {
				if c.Ends != 0 {
					t.Errorf("%s: ends of nothing", path)
				}
				return
			}
			references++
			key, exists := keys[c.RefersTo]
			switch held, typed := holds[c.Type]; {
			case path != table.Name+"."+c.Name:
				t.Errorf("%s: a field refers to %s: say it of its column", path, c.RefersTo)
			case !exists:
				t.Errorf("%s: it refers to %s, which is no table's key", path, c.RefersTo)
			case typed && held != key:
				t.Errorf("%s: it refers to %s, whose type is another", path, c.RefersTo)
			case (c.Type == schema.Ints || c.Type == schema.Texts) && c.Ends != schema.ManyToMany,
				typed && c.Type == held && c.Ends == schema.ManyToMany:
				t.Errorf("%s: an array refers to many, a single value to one", path)
			case c.Type == schema.Bool || c.Type == schema.Float || c.Type == schema.Time || c.Type == schema.Unix:
				t.Errorf("%s: no key is of its type", path)
			}
		})
	}
	if references == 0 {
		t.Error("no column refers to a table")
	}
}

func TestTablesAreOrderedByVersionsOnlyWhereAFeedFillsThem(t *testing.T) {
	t.Parallel()
	for _, st := range streams {
		for _, table := range st.tables {
			changes := table.Column("updated_at") >= 0 // else a row stays as it was made
			switch {
			case st.paging.pass && table.Version != "":
				t.Errorf("%s has the version %q, and is filled by the list %s: the latest reading of a list is right", table.Name, table.Version, st.name)
			case !st.paging.pass && changes && table.Version == "":
				t.Errorf("%s has no version, and is filled by the feed %s: an older row can come later there", table.Name, st.name)
			}
		}
	}
}

func TestOnlyStructsHaveFieldsAndEveryColumnHasAType(t *testing.T) {
	t.Parallel()
	for _, table := range Tables() {
		eachColumn(table, func(path string, c schema.Column) {
			if c.Type < schema.Int || c.Type > schema.JSON {
				t.Errorf("%s: no type", path)
			}
			if (c.Type == schema.Struct) != (len(c.Fields) > 0) {
				t.Errorf("%s: a Struct has fields, and nothing else has", path)
			}
		})
	}
}

func TestDescriptionsAreSentencesForAnalysts(t *testing.T) {
	t.Parallel()
	check := func(path, doc string) {
		if len(doc) < 16 || !strings.HasSuffix(doc, ".") || strings.Contains(doc, "  ") {
			t.Errorf("%s: %q is not a description of one or two sentences with a full stop", path, doc)
		}
	}
	for _, table := range Tables() {
		check(table.Name, table.Doc)
		eachColumn(table, func(path string, c schema.Column) {
			check(path, c.Doc)
			if (c.Type == schema.Time || c.Type == schema.Unix) && !strings.Contains(c.Doc, "UTC") {
				t.Errorf("%s: the description of a time must say its zone, UTC", path)
			}
		})
	}
}

// eachColumn calls f with every column of the table and every field of its structs, and the path to it.
func eachColumn(table *schema.Table, f func(path string, c schema.Column)) {
	for _, c := range table.Columns {
		f(table.Name+"."+c.Name, c)
		for _, field := range c.Fields {
			f(table.Name+"."+c.Name+"."+field.Name, field)
		}
	}
}

// columnOf returns the table's own column of that name, or nil.
func columnOf(table *schema.Table, name string) *schema.Column {
	if i := slices.IndexFunc(table.Columns, func(c schema.Column) bool { return c.Name == name }); i >= 0 {
		return &table.Columns[i]
	}
	return nil
}
