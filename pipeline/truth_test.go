package pipeline_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"strconv"
	"time"

	"desklake/internal/zendesktest"
	"desklake/schema"
)

// wanted is the row that the copy of a source's record must be, without what desklake adds but _desklake_extra: values
// that fit their columns stand there, everything else in _desklake_extra.
func wanted(table *schema.Table, record fields) fields {
	row, extra := fields{}, map[string]any{}
	for alias, column := range table.Aliases {
		v, there := record[alias]
		switch {
		case record[column] == nil && v != nil:
			record[column] = v
		case there && !reflect.DeepEqual(v, record[column]):
			continue // it stays in the record and ends in _desklake_extra
		}
		delete(record, alias)
	}
	for name, v := range record {
		column, known := columnOf(table, name)
		if known && v == nil {
			continue
		}
		if known {
			held, whole := fit(column, v)
			if held != nil {
				row[name] = held
			}
			if whole {
				continue
			}
		}
		extra[name] = v
	}
	if len(extra) > 0 {
		row[schema.Extra] = extra
	}
	return row
}

func columnOf(table *schema.Table, name string) (schema.Column, bool) {
	for _, c := range table.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return schema.Column{}, false
}

// fit returns what a column holds of a value that is not null, and whether that is all of it.
func fit(c schema.Column, v any) (held any, whole bool) {
	switch c.Type {
	case schema.JSON:
		return v, true
	case schema.Int:
		n, ok := v.(json.Number)
		if _, err := strconv.ParseInt(n.String(), 10, 64); ok && err == nil {
			return n, true
		}
	case schema.Float:
		n, ok := v.(json.Number)
		if f, err := n.Float64(); ok && err == nil {
			return f, true
		}
	case schema.Text:
		if s, ok := v.(string); ok {
			return s, true
		}
	case schema.Bool:
		if b, ok := v.(bool); ok {
			return b, true
		}
	case schema.Time:
		s, _ := v.(string)
		if at, err := time.Parse(time.RFC3339, s); err == nil {
			return at.UTC().Format(time.RFC3339Nano), at.Format("Z07:00") == "Z"
		}
	case schema.Unix:
		n, _ := v.(json.Number)
		if seconds, err := n.Int64(); err == nil {
			return time.Unix(seconds, 0).UTC().Format(time.RFC3339Nano), true
		}
	case schema.Ints, schema.Texts:
		if list, ok := v.([]any); ok && elementsFit(c.Type, list) {
			return list, true
		}
	case schema.Struct:
		if object, ok := v.(map[string]any); ok {
			return fitStruct(c, object)
		}
	}
	return nil, false
}

func elementsFit(list schema.Type, elements []any) bool {
	element := schema.Column{Type: schema.Text}
	if list == schema.Ints {
		element.Type = schema.Int
	}
	for _, e := range elements {
		if _, ok := fit(element, e); !ok && e != nil {
			return false
		}
	}
	return true
}

func fitStruct(c schema.Column, object map[string]any) (held any, whole bool) {
	found, whole := map[string]any{}, true
	known := 0
	for _, field := range c.Fields {
		v, there := object[field.Name]
		if there {
			known++
		}
		if v == nil {
			continue
		}
		inner, fits := fit(field, v)
		if inner != nil {
			found[field.Name] = inner
		}
		whole = whole && fits
	}
	return found, whole && known == len(object)
}

// recordOf returns the record of the helpdesk's truth as it comes on the stream that fills the table.
func (l *lake) recordOf(table string, r zendesktest.Record, audits map[string]fields) fields {
	l.t.Helper()
	record := fields(parse(l.t, r.JSON).(map[string]any))
	shape := "export"
	if l.full {
		shape = "rest"
	}
	switch table {
	case "ticket_audits":
		audit := fields(record[shape].(map[string]any))
		if l.full {
			return audit
		}
		return exportedAudit(audit)
	case "ticket_comments":
		audit := audits[text(record["audit_id"])]
		comment := fields(record[shape].(map[string]any))
		if comment["audit_id"] == nil {
			comment["audit_id"] = audit["id"]
		}
		for _, name := range []string{"ticket_id", "author_id", "created_at", "via", "metadata"} {
			if comment[name] == nil {
				comment[name] = audit[name]
			}
		}
		return comment
	}
	return record
}

// exportedAudit gives an event of the ticket event export the names that audits have elsewhere.
func exportedAudit(event fields) fields {
	audit := maps.Clone(event)
	audit["author_id"], audit["events"] = event["updater_id"], event["child_events"]
	metadata := map[string]any{"system": event["system"]}
	if more, ok := event["metadata"].(map[string]any); ok {
		maps.Copy(metadata, more)
	}
	audit["metadata"] = metadata
	for _, name := range []string{"updater_id", "child_events", "system", "timestamp"} {
		delete(audit, name)
	}
	if audit["event_type"] == "Audit" {
		delete(audit, "event_type")
	}
	return audit
}

// audits are the audits that comments take values from, by id.
func (l *lake) audits() map[string]fields {
	l.t.Helper()
	found := map[string]fields{}
	for r := range l.desk.Truth("ticket_audits") {
		found[r.Key] = l.recordOf("ticket_audits", r, nil)
	}
	return found
}
