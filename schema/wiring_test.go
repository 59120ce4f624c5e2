package schema_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/internal/jsonscan"
	"desklake/schema"
)

var comments = &schema.Table{
	Name: "comments", Key: "id",
	Aliases: map[string]string{"event_type": "type"},
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int},
		{Name: "audit_id", Type: schema.Int},
		{Name: "author_id", Type: schema.Int},
		{Name: "type", Type: schema.Text},
		{Name: "via", Type: schema.JSON},
	},
}

func TestChildrenTakeFieldsOfTheirParent(t *testing.T) {
	t.Parallel()
	parents, children := decoder(t, groups), decoder(t, comments)
	events := parents.Capture("events")
	children.Also("audit_id", parents.Capture("id"))
	children.Also("via", parents.Capture("via"))

	s := jsonscan.New([]byte(`[
		{"via":{"channel":"web"},"events":[{"id":11},{"id":12,"audit_id":7,"via":null},{"id":13,"via":"x"}],"id":1},
		{"id":2,"events":[{"id":21,"audit_id":"none"}],"name":"b"},
		{"id":3,"via":null},
		4,
		{"id":null,"events":[{"id":51}]}]`))
	for s.Array(); s.Element(); {
		parents.Decode(s)
		if list := events.Scanner(); list.Array() {
			for list.Element() {
				children.Decode(&list)
			}
		}
	}
	if err := s.End(); err != nil {
		t.Fatal(err)
	}
	rows, issues := flush(t, parents)
	want := []map[string]string{{"id": "1"}, {"id": "2", "name": "b"}, {"id": "3"}}
	if diff := cmp.Diff(want, own(rows)); diff != "" || len(issues) != 2 {
		t.Errorf("issues %v, parents (-want +got):\n%s", issues, diff)
	}
	rows, issues = flush(t, children)
	want = []map[string]string{
		{"id": "11", "audit_id": "1", "via": `{"channel":"web"}`},
		{"id": "12", "audit_id": "7", "via": `{"channel":"web"}`},
		{"id": "13", "audit_id": "1", "via": `"x"`},
		{"id": "21", schema.Extra: `{"audit_id":"none"}`},
		{"id": "51"},
	}
	if diff := cmp.Diff(want, own(rows)); diff != "" || len(issues) != 1 {
		t.Errorf("issues %v, children (-want +got):\n%s", issues, diff)
	}
}

func TestAliasesAreLeftOutWhereTheyRepeatAndFillWhereTheyStandAlone(t *testing.T) {
	t.Parallel()
	d := decoder(t, comments)
	d.Alias("updater_id", "author_id")
	decodeAll(t, d, `[
		{"id":1,"type":"Comment","event_type":"Comment","author_id":5,"updater_id":5},
		{"id":2,"event_type":"Comment","updater_id":6},
		{"id":3,"type":null,"event_type":"Comment","updater_id":null},
		{"id":4,"type":"Comment","event_type":"Change","author_id":5,"updater_id":null},
		{"id":5,"updater_id":"x"},
		{"id":6,"type":null,"event_type":null}]`)
	rows, issues := flush(t, d)
	want := []map[string]string{
		{"id": "1", "type": "Comment", "author_id": "5"},
		{"id": "2", "type": "Comment", "author_id": "6"},
		{"id": "3", "type": "Comment"},
		{"id": "4", "type": "Comment", "author_id": "5", schema.Extra: `{"event_type":"Change","updater_id":null}`},
		{"id": "5", schema.Extra: `{"author_id":"x"}`},
		{"id": "6"},
	}
	if diff := cmp.Diff(want, own(rows)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	var columns []string
	for _, issue := range issues {
		columns = append(columns, issue.Column)
	}
	if diff := cmp.Diff([]string{"event_type", "updater_id", "author_id"}, columns); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
}

func TestCapturesOfColumnsAreDecodedToo(t *testing.T) {
	t.Parallel()
	d := decoder(t, groups)
	name, other := d.Capture("name"), d.Capture("other")
	s := jsonscan.New([]byte(`{"other":[1, 2],"id":1,"name":"n"}`))
	if !d.Decode(s) || string(name.Raw) != `"n"` || string(other.Raw) != `[1, 2]` {
		t.Errorf("captured %s and %s", name.Raw, other.Raw)
	}
	if s = jsonscan.New([]byte(`{"id":2}`)); !d.Decode(s) || name.Kind != jsonscan.None || other.Kind != jsonscan.None {
		t.Errorf("captured %s and %s of a record without them", name.Raw, other.Raw)
	}
	rows, issues := flush(t, d)
	want := []map[string]string{{"id": "1", "name": "n"}, {"id": "2"}}
	if diff := cmp.Diff(want, own(rows)); diff != "" || len(issues) > 0 {
		t.Errorf("issues %v, rows (-want +got):\n%s", issues, diff)
	}
}

func TestTyingAnUnknownColumnPanics(t *testing.T) {
	t.Parallel()
	for name, tie := range map[string]func(*schema.Decoder){
		"alias":  func(d *schema.Decoder) { d.Alias("x", "nmae") },
		"also":   func(d *schema.Decoder) { d.Also("nmae", new(jsonscan.Value)) },
		"system": func(d *schema.Decoder) { d.Also(schema.Extra, new(jsonscan.Value)) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was taken")
				}
			}()
			tie(schema.NewDecoder(groups))
		})
	}
}
