package zendesktest

import (
	"strconv"
	"time"
)

// field is a field of a ticket that its audits can change.
type field int

const (
	subject field = iota
	ticketType
	priority
	status
	customStatus
	group
	assignee
	requester
	organization
	brand
	form
	due
	problem
	external
	tags
	custom // the first of the custom fields
	fields = custom + field(len(customKinds))
)

var fieldNames = [...]string{"subject", "type", "priority", "status", "custom_status_id", "group_id", "assignee_id",
	"requester_id", "organization_id", "brand_id", "ticket_form_id", "due_at", "problem_id", "external_id", "tags"}

// The custom fields, one of each type that the documentation describes.
var customKinds = [...]string{"text", "textarea", "checkbox", "date", "integer", "decimal", "regexp",
	"partialcreditcard", "multiselect", "tagger", "lookup", "multi_lookup"}

var customTitles = [...]string{"Serial number", "Steps to reproduce", "Escalated to engineering", "Purchase date",
	"Number of seats", "Refund amount", "Order number", "Card number", "Affected products", "Contact reason",
	"Account manager", "Related assets"}

func customID(k int) int64 { return 36_000_111_000_053 + int64(k)*91 }

// value is what a field holds: JSON as it stands, or a number whose meaning depends on the field (an id, a unix
// time, a set of tags, the code of a generated text). The zero value is null.
type value struct {
	n   int64
	raw string
}

// name returns the field's name as audits give it: for a custom field its id.
func (f field) name(dst []byte) []byte {
	if f < custom {
		return append(dst, fieldNames[f]...)
	}
	return strconv.AppendInt(dst, customID(int(f-custom)), 10)
}

// The texts of fields that are chosen from a list, by their number.
var (
	priorities = [...]string{"", `"low"`, `"normal"`, `"high"`, `"urgent"`}
	types      = [...]string{"", `"question"`, `"incident"`, `"problem"`, `"task"`}
	statuses   = [...]string{"", `"new"`, `"open"`, `"pending"`, `"hold"`, `"solved"`, `"closed"`, `"deleted"`}
)

const (
	statusNew = iota + 1
	statusOpen
	statusPending
	statusHold
	statusSolved
	statusClosed
	statusDeleted
)

func customStatusID(status int64) int64 {
	if status == 0 {
		return 0
	}
	return 37_000_400_000_011 + status*17
}

// value writes a field's value as JSON.
func (w *writer) value(f field, v value) {
	switch {
	case v.raw != "":
		w.b = append(w.b, v.raw...)
	case f == tags:
		w.tags(uint64(v.n))
	case v.n == 0:
		w.b = append(w.b, "null"...)
	case f == subject:
		w.scratch = appendSubject(w.scratch[:0], uint64(v.n))
		w.b = appendString(w.b, w.scratch)
	case f == ticketType:
		w.b = append(w.b, types[v.n]...)
	case f == priority:
		w.b = append(w.b, priorities[v.n]...)
	case f == status:
		w.b = append(w.b, statuses[v.n]...)
	case f == external:
		w.b = append(strconv.AppendInt(append(w.b, `"crm-`...), v.n, 10), '"')
	case f == due:
		w.b = append(w.b, '"')
		w.b = time.Unix(v.n, 0).UTC().AppendFormat(w.b, time.RFC3339)
		w.b = append(w.b, '"')
	case f >= custom:
		w.custom(int(f-custom), v.n)
	default:
		w.b = strconv.AppendInt(w.b, v.n, 10)
	}
}

// custom writes the generated value of a custom field. Numbers come as numbers and as numeric strings, and a
// text may be empty: clients meet all of them.
func (w *writer) custom(k int, n int64) {
	b := w.b
	switch customKinds[k] {
	case "text":
		if n%9 != 0 {
			b = append(strconv.AppendInt(append(b, `"SN-`...), 100_000+n, 36), '"')
		} else {
			b = append(b, `""`...)
		}
	case "textarea":
		b = append(b, `"1. open the app\n2. press \"save\"\n3. error `...)
		b = append(strconv.AppendInt(b, 400+n%120, 10), '"')
	case "checkbox":
		b = strconv.AppendBool(b, n%2 == 0)
	case "date":
		b = append(b, '"')
		b = append(time.Unix(1_500_000_000+n*day, 0).UTC().AppendFormat(b, time.DateOnly), '"')
	case "integer":
		if n%3 == 0 {
			b = append(strconv.AppendInt(append(b, '"'), n, 10), '"')
		} else {
			b = strconv.AppendInt(b, n, 10)
		}
	case "decimal":
		b = strconv.AppendFloat(b, float64(n)/100, 'f', 2, 64)
	case "regexp":
		b = append(strconv.AppendInt(append(b, `"ORD-`...), 100_000+n, 10), '"')
	case "partialcreditcard":
		b = append(strconv.AppendInt(append(b, `"XXXXXXXXXXXX`...), 1000+n%9000, 10), '"')
	case "multiselect":
		b = append(b, []string{`["desk_pro"]`, `["desk_pro","lamp_one"]`, `[]`, `["chair_air","lamp_one","cable_kit"]`}[n%4]...)
	case "tagger":
		b = append(append(append(b, '"'), contactReasons[n%int64(len(contactReasons))]...), '"')
	case "lookup":
		b = append(strconv.AppendInt(append(b, '"'), userID(1+n%4), 10), '"')
	case "multi_lookup":
		b = append(strconv.AppendInt(append(b, '['), 38_000_000_000_000+n, 10), ']')
	}
	w.b = b
}

// tags writes a set of tags of the vocabulary as a list.
func (w *writer) tags(set uint64) {
	w.b = append(w.b, '[')
	for i, name := range tagNames {
		if set&(1<<i) != 0 {
			w.comma()
			w.b = appendString(w.b, name)
		}
	}
	w.b = append(w.b, ']')
}
