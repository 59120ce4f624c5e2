package zendesktest

import (
	"bytes"
	"iter"
	"math"
	"slices"
)

// list is a table that is small enough to be kept: groups, memberships, fields, forms, macros, tags, policies.
// Its rows are in the order of their ids.
type list struct {
	rows []listed
	make func(w *writer, id, n, at int64) // writes record number n as a new one
	id   func(n int64) int64
	made int64 // records so far, also those that are gone
}

type listed struct {
	id   int64
	raw  []byte // without edits and drift
	gone bool   // removed: no endpoint gives it any more
}

// add makes a new record and returns its id.
func (s *Server) add(l *list, at int64) int64 {
	w := s.writer()
	id := l.id(l.made)
	l.make(&w, id, l.made, at)
	l.made++
	i, _ := l.find(id)
	l.rows = slices.Insert(l.rows, i, listed{id: id, raw: w.b})
	return id
}

func (l *list) find(id int64) (int, bool) {
	return slices.BinarySearchFunc(l.rows, id, func(r listed, id int64) int { return int(min(max(r.id-id, -1), 1)) })
}

// behind yields the records behind the mark that are still there.
func (l *list) behind(from entry) iter.Seq[entry] {
	return func(yield func(entry) bool) {
		for i, r := range l.rows {
			if r.id > from.id && !r.gone && !yield(entry{id: r.id, row: int64(i)}) {
				return
			}
		}
	}
}

// listSource is the endpoint of a list.
func listSource(table string) source {
	return source{
		key:  table,
		walk: func(c *call, from entry) iter.Seq[entry] { return c.s.lists[table].behind(from) },
		row: func(c *call, p *page, e entry) {
			before, record := len(p.b), c.s.lists[table].rows[e.row].raw
			if c.query.Get("creator") == "true" {
				record = c.s.withCreator(record, e.row)
			}
			c.s.listed(&p.writer, table, e.id, record)
			if c.unwanted(table, p.b[before:]) {
				p.undo(before)
			}
		},
	}
}

// unwanted applies the filters of groups, which hide deleted ones by default, and of macros.
func (c *call) unwanted(table string, record []byte) bool {
	switch table {
	case "groups":
		return c.query.Get("exclude_deleted") != "false" && isTrue(record, "deleted")
	case "macros":
		return c.query.Has("active") && c.query.Get("active") == "true" != isTrue(record, "active")
	}
	return false
}

func (s *Server) listed(w *writer, table string, id int64, raw []byte) {
	w.comma()
	from := len(w.b)
	w.b = append(w.b, raw...)
	s.finish(w, table, id, from)
}

// newLists makes the lists as they are at the beginning.
func (s *Server) newLists() map[string]*list {
	at := s.users.history.begin
	step := func(base, by int64) func(int64) int64 { return func(n int64) int64 { return base + n*by } }
	lists := map[string]*list{
		"groups":            {make: s.newGroup, id: func(n int64) int64 { return s.groupID(int(n)) }},
		"group_memberships": {make: s.newMembership, id: step(43_000_000_000_003, 29)},
		"ticket_fields":     {make: s.newField, id: fieldID},
		"ticket_forms":      {make: s.newForm, id: func(n int64) int64 { return formID(int(n)) }},
		"macros":            {make: s.newMacro, id: step(44_000_000_000_009, 31)},
		"tags":              {make: s.newTag, id: step(1, 1)},
		"sla_policies":      {make: s.newPolicy, id: step(45_000_000_000_001, 23)},
	}
	sizes := map[string]int{
		"groups": s.opts.Groups + 1, "group_memberships": s.opts.Agents + s.opts.Agents/3, "ticket_fields": len(systemFields) + len(customKinds) + 1,
		"ticket_forms": 3, "macros": s.opts.Macros, "tags": len(tagNames), "sla_policies": 4,
	}
	for table, l := range lists {
		for n := range sizes[table] {
			s.add(l, at+int64(n)*minute)
		}
	}
	return lists
}

// edited returns when a record of the generated past was last changed: so much later than it was made, but not after
// that past. Records of later days were not changed yet.
func (s *Server) edited(made, later int64) int64 {
	return max(made, min(made+later, s.opts.Until.Unix()))
}

// all is where every walk begins.
var all = entry{at: math.MinInt64, id: math.MinInt64}

// isTrue says whether a record's field is true.
func isTrue(raw []byte, field string) bool {
	return bytes.Contains(raw, []byte(`"`+field+`":true`))
}
