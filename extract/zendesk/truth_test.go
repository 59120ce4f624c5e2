package zendesk

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/internal/zendesktest"
)

// want is what the copy of a record of the helpdesk's truth must hold.
func want(t *testing.T, table string, record zendesktest.Record, audits map[string]fields, full bool) fields {
	t.Helper()
	f := parse(t, record.JSON)
	switch table {
	case "ticket_audits":
		return wantAudit(f, full)
	case "ticket_comments":
		return wantComment(f, audits[keyOf(f["audit_id"])], full)
	case "satisfaction_ratings":
		forgetTicket(f)
	}
	return f
}

func wantAudit(f fields, full bool) fields {
	if full {
		return f["rest"].(map[string]any)
	}
	audit := f["export"].(map[string]any)
	audit["author_id"], audit["events"] = audit["updater_id"], audit["child_events"]
	metadata, _ := audit["metadata"].(map[string]any)
	if system, ok := audit["system"]; ok {
		merged := map[string]any{"system": system}
		maps.Copy(merged, metadata)
		audit["metadata"] = merged
	}
	for _, name := range []string{"updater_id", "child_events", "system", "event_type", "timestamp"} {
		delete(audit, name)
	}
	return audit
}

func wantComment(f, audit fields, full bool) fields {
	shape := "export"
	if full {
		shape = "rest"
	}
	comment := fields(f[shape].(map[string]any))
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
func auditsOfTruth(t *testing.T, desk *zendesktest.Server, full bool) map[string]fields {
	t.Helper()
	audits := map[string]fields{}
	for record := range desk.Truth("ticket_audits") {
		audits[record.Key] = want(t, "ticket_audits", record, nil, full)
	}
	return audits
}

// forgetTicket drops what the helpdesk lets follow the ticket without a new updated_at of the rating.
func forgetTicket(rating fields) {
	for _, name := range []string{"assignee_id", "group_id", "requester_id"} {
		delete(rating, name)
	}
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
