package zendesktest

import (
	"bytes"
	"iter"
	"math"
	"slices"
	"strconv"
	"sync/atomic"
)

// List is a table that is small enough to be kept, and the endpoint that gives it: data, as its documentation says it.
type List struct {
	Table    string
	Path     string // below /api/v2/; the table's name unless set
	Envelope string // the key of the records in an answer; the table's name unless set
	Paging   Paging
	Params   string // the query parameters that are documented, beside those of the paging
	Admin    bool   // admins only

	// Fields are the documented fields, separated by spaces, each as name or name:type. Types are int, float, bool, time,
	// object; a|b|c for one of these words; the name of a table for an id in it; with a star behind it an array of that.
	// A field without a type is a text. All but id, url, created_at and the field of the last change are null at times.
	Fields string

	Changed string // the field that has the time of the last change; updated_at where it is a field, else none
	Renamed string // the field by which Update shows a change; the first text unless set
	Deleted string // the field that marks a deleted record: with true, or with a time where its name ends in _at. Without one a deleted record is given no more
	Rows    int    // at the beginning: 5 unless set

	// What the lists of this package have that are more than their fields.
	key    string                                         // the field that identifies a record, where it is not its id
	write  func(s *Server, w *writer, id, n, at int64)    // writes record number n as a new one
	id     func(s *Server, n int64) int64                 // of record number n
	rows   func(o Options) int                            // at the beginning
	asked  func(s *Server, record []byte, n int64) []byte // adds what only creator=true asks for
	hides  func(c *call, record []byte) bool              // a filter
	bucket string                                         // the endpoint's own limit
	whole  bool                                           // all records at once where no paging was asked for
	counts bool                                           // there is an endpoint that counts
}

// Paging is how the pages of a List follow each other.
type Paging uint8

// The ways in which lists are paged.
const (
	Cursors      Paging = iota // page[size] and page[after], or as Numbers
	Numbers                    // page and per_page
	OneAnswer                  // all records at once
	CursorExport               // incremental, from a start_time on by cursor
	TimeExport                 // incremental, from a start_time on by time
)

// list is a List and its records, in the order of their ids.
type list struct {
	List
	fields []listField
	rows   []listed
	made   int64       // records so far, also those that are gone
	read   atomic.Bool // by somebody
}

type listed struct {
	id   int64
	at   int64  // when it last changed
	raw  []byte // without edits and drift
	gone bool   // removed: no endpoint gives it any more
}

// add makes a new record and returns its id.
func (s *Server) add(l *list, at int64) int64 {
	w := s.writer()
	id := l.id(s, l.made)
	l.write(s, &w, id, l.made, at)
	l.made++
	i, _ := l.find(id)
	l.rows = slices.Insert(l.rows, i, listed{id: id, at: at, raw: w.b})
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

// settled yields the records behind the mark as an export gives them: in the order of their last change, until shown.
func (l *list) settled(from entry, shown int64) iter.Seq[entry] {
	var found []entry
	for i, r := range l.rows {
		if e := (entry{at: r.at, id: r.id, row: int64(i)}); e.at <= shown && e.compare(from) > 0 {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, entry.compare)
	return slices.Values(found)
}

// source is the list's endpoint.
func (l *list) source() source {
	return source{
		key: l.Envelope,
		walk: func(c *call, from entry) iter.Seq[entry] {
			l.read.Store(true)
			if l.exported() {
				return l.settled(from, c.now.Add(-c.s.opts.HoldBack).Unix())
			}
			return l.behind(from)
		},
		row: func(c *call, p *page, e entry) {
			before, record := len(p.b), l.rows[e.row].raw
			if l.asked != nil && c.query.Get("creator") == "true" {
				record = l.asked(c.s, record, e.row)
			}
			c.s.listed(&p.writer, l.Table, e.id, record)
			if l.hides != nil && l.hides(c, p.b[before:]) {
				p.undo(before)
			}
		},
	}
}

func (l *list) exported() bool { return l.Paging == CursorExport || l.Paging == TimeExport }

// forgets says whether a deleted record can be told from one that was never there.
func (l *list) forgets() bool { return l.exported() && l.Deleted == "" }

// routes are the list's endpoint, and the one that counts.
func (l *list) routes() []route {
	x := l.source()
	r := route{path: l.Path, admin: l.Admin, table: l.Table, bucket: l.bucket, whole: l.whole}
	switch l.Paging {
	case Cursors:
		r.serve, r.params = x.list, listParams
	case Numbers:
		r.serve, r.params = x.byOffset, offsetParams
	case OneAnswer:
		r.serve, r.whole = x.byOffset, true
	case CursorExport:
		r.serve, r.params, r.bucket, r.admin = export{x}.byCursor, exportParams, cursorExports, true
	case TimeExport:
		r.serve, r.params, r.bucket, r.admin = export{x}.byTime, timeParams, exports, true
	}
	r.params += " " + l.Params
	if l.counts {
		return []route{r, {path: l.Path + "/count", serve: count(counted(x))}}
	}
	return []route{r}
}

func (s *Server) listed(w *writer, table string, id int64, raw []byte) {
	w.comma()
	from := len(w.b)
	w.b = append(w.b, raw...)
	s.finish(w, table, id, from)
}

// newLists makes the lists as they are at the beginning, in the order of their definitions. One of the options stands
// for one of the helpdesk's own.
func (s *Server) newLists() []*list {
	var made []*list
	for _, d := range slices.Concat(ownLists, plainLists, s.opts.Lists) {
		l := newList(d)
		if i := slices.IndexFunc(made, func(m *list) bool { return m.Table == d.Table }); i >= 0 {
			made[i] = l
		} else {
			made = append(made, l)
		}
	}
	return made
}

// fill makes the records of the beginning: those of a list in its first minutes, those of an export all over the past.
func (s *Server) fill(l *list) {
	n := l.Rows
	if l.List.rows != nil {
		n = l.List.rows(s.opts)
	}
	at, apart := s.users.history.begin, int64(minute)
	if l.exported() {
		apart = (s.opts.Until.Unix() - at) / int64(n+1)
		at += apart
	}
	for range n {
		s.add(l, at)
		at += apart
	}
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

// marks says whether the record has the mark of one that is deleted.
func (l *list) marks(raw []byte) bool {
	if l.Deleted == "" {
		return false
	}
	return isTrue(raw, l.Deleted) || bytes.Contains(raw, []byte(strconv.Quote(l.Deleted)+`:"`))
}
