package zendesk

import (
	"math"

	"desklake/schema"
)

// jumpSeconds is how far behind its last row a cursor may lead: an export can order by a finer time than its rows show.
const jumpSeconds = 2

// follow settles where a page of an export by cursor leads that was asked for at an origin. Its cursor names its last row,
// and what lies between that row and a cursor farther on would never be read: the walk goes on behind the row then, and from
// where it was if the page is empty. Nothing is lost by going on too early, and every step leads farther. What can't be
// judged is followed, if the page has rows: a cursor that can't be read, and that of rows whose times are not the order of the
// export, of which some lie in front of that.
//
// Behind the last page the next run asks, and it may be that no other page comes to show what was passed over: there the
// cursor never leads beyond the row, nor anywhere without one.
func (e *export) follow(f *fetched, asked origin) {
	if f.endsEmpty() {
		f.after = ""
		return
	}
	to, readable := readPlace(f.after)
	from, known := e.place(asked)
	if !readable || !known {
		return
	}
	last := place{f.latest.Unix(), f.lastID}
	far := to.at > last.at+jumpSeconds
	switch {
	case f.rows == 0 && to.at > from.at+jumpSeconds:
		f.after = ""
	case f.rows == 0, f.first.IsZero(), f.first.Unix() < from.at, to.at <= last.at, !last.behind(from), f.promises() && !far:
		return
	default:
		f.after = last.cursor()
	}
	if far && !e.jumped {
		e.note(schema.Issue{Reason: "a cursor led beyond the last row of its page: reading went on behind that row", Value: to.cursor()})
		e.jumped = true
	}
}

// place is the place behind which the page at the origin begins, if that can be told.
func (e *export) place(o origin) (p place, known bool) {
	if o.After != "" {
		return readPlace(o.After)
	}
	return place{max(o.Since, e.begin) - 1, math.MaxInt64}, true
}
