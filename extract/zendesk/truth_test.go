package zendesk

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/internal/zendesktest"
)

// want is what the copy of a record of the helpdesk's truth must hold.
func want(t *testing.T, table string, record zendesktest.Record, audits map[string]rawFields, full bool) rawFields {
	t.Helper()
	f := split(t, record.JSON)
	switch table {
	case "ticket_audits":
		return wantAudit(t, f, full)
	case "ticket_comments":
		return wantComment(t, f, audits[string(f["audit_id"])], full)
	}
	return f
}

func wantAudit(t *testing.T, f rawFields, full bool) rawFields {
	t.Helper()
	if full {
		return split(t, f["rest"])
	}
	audit := split(t, f["export"])
	audit["author_id"], audit["events"] = audit["updater_id"], audit["child_events"]
	if system, ok := audit["system"]; ok {
		merged := rawFields{"system": system}
		if metadata, ok := audit["metadata"]; ok {
			maps.Copy(merged, split(t, metadata))
		}
		text, err := json.Marshal(merged)
		if err != nil {
			t.Fatal(err)
		}
		audit["metadata"] = text
	}
	for _, name := range []string{"updater_id", "child_events", "system", "event_type", "timestamp"} {
		delete(audit, name)
	}
	return audit
}

func wantComment(t *testing.T, f, audit rawFields, full bool) rawFields {
	t.Helper()
	shape := "export"
	if full {
		shape = "rest"
	}
	comment := split(t, f[shape])
	comment["audit_id"] = audit["id"]
	for _, name := range []string{"ticket_id", "author_id", "created_at", "via", "metadata"} {
		if _, ok := comment[name]; !ok && audit[name] != nil {
			comment[name] = audit[name]
		}
	}
	delete(comment, "event_type") // the same as type
	return comment
}

// auditsOfTruth are the audits that comments take values from, by id.
func auditsOfTruth(t *testing.T, desk *zendesktest.Server, full bool) map[string]rawFields {
	t.Helper()
	audits := map[string]rawFields{}
	for record := range desk.Truth("ticket_audits") {
		audits[record.Key] = want(t, "ticket_audits", record, nil, full)
	}
	return audits
}

// followTheTicket are the fields of a rating that the helpdesk changes with the ticket, without a new updated_at of the rating.
var followTheTicket = []string{"assignee_id", "group_id", "requester_id"}

// split takes a record apart without looking into its fields, which is cheap. Those that are null are left out.
func split(t *testing.T, record []byte) rawFields {
	t.Helper()
	var f rawFields
	if err := json.Unmarshal(record, &f); err != nil {
		t.Fatalf("%v in %s", err, record)
	}
	maps.DeleteFunc(f, func(_ string, raw json.RawMessage) bool { return string(raw) == "null" })
	return f
}

// equal says whether the fields have the same values. How they are written, and a null, is no difference.
func (r rawFields) equal(t *testing.T, other rawFields) bool {
	t.Helper()
	for name, raw := range r {
		if text := other[name]; !bytes.Equal(raw, text) && !reflect.DeepEqual(value(t, raw), value(t, text)) {
			return false
		}
	}
	for name, raw := range other {
		if _, there := r[name]; !there && value(t, raw) != nil {
			return false
		}
	}
	return true
}

// value is what a field says, without nulls.
func value(t *testing.T, raw json.RawMessage) any {
	t.Helper()
	if len(raw) == 0 {
		return nil
	}
	return parse(t, []byte(`{"value":`+string(raw)+`}`))["value"]
}

// sameRows holds rows against JSON.
func sameRows(t *testing.T, what, text string, rows map[string]rawFields) {
	t.Helper()
	got := map[string]any{}
	for key, row := range rows {
		got[key] = map[string]any(row.values(t))
	}
	if diff := cmp.Diff(map[string]any(parse(t, []byte(text))), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
