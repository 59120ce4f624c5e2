package zendesktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// listField is one of the fields that a List documents.
type listField struct {
	name, kind string
	many       bool // an array of the kind
	always     bool // never null
}

// newList fills in what a definition leaves open.
func newList(d List) *list {
	l := &list{List: d}
	def := func(s *string, byDefault string) {
		if *s == "" {
			*s = byDefault
		}
	}
	def(&l.Path, l.Table)
	def(&l.Envelope, l.Table)
	def(&l.key, "id")
	for _, word := range strings.Fields(l.Fields) {
		f := listField{name: word}
		f.name, f.kind, _ = strings.Cut(word, ":")
		f.kind, f.many = strings.CutSuffix(f.kind, "*")
		if f.name == "updated_at" {
			def(&l.Changed, f.name)
		}
		f.always = slices.Contains([]string{"id", "url", "created_at", l.Changed}, f.name)
		if f.kind == "" && !f.many && !f.always {
			def(&l.Renamed, f.name)
		}
		l.fields = append(l.fields, f)
	}
	if l.Rows == 0 {
		l.Rows = 5
	}
	if l.write == nil {
		l.write = l.generate
	}
	if l.id == nil {
		l.id = spaced(47_000_000_000_001, 37)
	}
	return l
}

// spaced are ids in even distances.
func spaced(base, by int64) func(*Server, int64) int64 {
	return func(_ *Server, n int64) int64 { return base + n*by }
}

// generate writes record number n by its fields.
func (l *list) generate(s *Server, w *writer, id, n, at int64) {
	w.open('{')
	for i, f := range l.fields {
		w.key(f.name)
		r := mix(s.opts.Seed, uint64(n), uint64(i), uint64(len(l.Table)))
		switch {
		case f.name == "id" && f.kind == "int":
			w.b = strconv.AppendInt(w.b, id, 10)
		case f.name == "id":
			w.b = appendString(w.b, strconv.FormatInt(id, 10))
		case f.name == "url":
			w.b = fmt.Appendf(w.b, `"%s%s/%d.json"`, w.base, l.Path, id)
		case f.name == "created_at" || f.name == l.Changed:
			w.b = append(w.b, `"`+dateTime(at)+`"`...)
		case f.name == l.Deleted && f.kind == "bool":
			w.b = append(w.b, "false"...)
		case f.name == l.Deleted || !f.always && (n+int64(i))%5 == 4:
			w.b = append(w.b, "null"...)
		case f.many:
			w.b = append(w.b, '[')
			for k := range 1 + r%3 {
				w.comma()
				w.b = s.appendValue(w.b, f.kind, r>>8+k)
			}
			w.b = append(w.b, ']')
		default:
			w.b = s.appendValue(w.b, f.kind, r>>8)
		}
	}
	w.close('}')
}

// listTexts are texts with what texts can have.
var listTexts = [...]string{"", "Größe \"XL\" & <b>", "お問い合わせ", "two\nlines \\ and more", "plain", "🙂"}

// appendValue appends a value of a kind.
func (s *Server) appendValue(b []byte, kind string, r uint64) []byte {
	switch {
	case kind == "":
		return appendString(b, listTexts[r%uint64(len(listTexts))]+strings.Repeat(fmt.Sprint(" ", r%100), int(r%2)))
	case kind == "int":
		return strconv.AppendInt(b, int64(r%10_000), 10)
	case kind == "float":
		return append(strconv.AppendInt(b, int64(r%100), 10), ".25"...)
	case kind == "bool":
		return strconv.AppendBool(b, r%2 == 0)
	case kind == "time":
		return append(b, `"`+dateTime(s.users.history.begin+int64(r%uint64(day)))+`"`...)
	case kind == "object":
		return fmt.Appendf(b, `{"id":%d,"name":"Größe","list":[1,"a",null,2.50]}`, r%1000)
	case strings.Contains(kind, "|"):
		words := strings.Split(kind, "|")
		return appendString(b, words[r%uint64(len(words))])
	}
	return strconv.AppendInt(b, s.someID(kind, int64(r>>1)), 10)
}

// someID is the id of a record of a table, always the same for a number.
func (s *Server) someID(table string, r int64) int64 {
	switch table {
	case "tickets":
		return 1 + r%max(s.tickets.history.rows(), 1)
	case "users":
		return userID(r % s.users.history.rows())
	case "organizations":
		return organizationID(r % max(s.organizations.history.rows(), 1))
	}
	return s.list(table).rows[r%int64(len(s.list(table).rows))].id
}
