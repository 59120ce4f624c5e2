package zendesk

import (
	"net/url"
	"time"

	"desklake/extract"
	"desklake/schema"
)

// export is what both incremental exports have, by cursor and by start_time.
type export struct {
	feed
	jumped bool // a cursor led beyond the rows of its page
}

// origin is where a page of an export begins: behind a cursor, or where there is none at a second.
type origin struct {
	After string `json:"after,omitempty"` // a cursor of the export
	Since int64  `json:"since,omitempty"` // start_time, unix seconds
}

func (s *Source) export(w *walk, of extract.Stream) export { return export{feed: s.feed(w, of)} }

// from is the parameter that says where the page begins.
func (e *export) from(o origin) url.Values {
	if o.After != "" {
		return url.Values{"cursor": {o.After}}
	}
	return startTime(max(o.Since, e.begin))
}

// second is where the origin is in the order of its export, if that can be told.
func (o origin) second() (at int64, known bool) {
	if o.After == "" {
		return o.Since, true
	}
	p, known := readPlace(o.After)
	return p.at, known
}

// since is the start_time that is like the origin; 0 for the start.
func (o origin) since(highWater time.Time) int64 {
	if o.After != "" && !highWater.IsZero() {
		return highWater.Unix() + 1 // those of that second are there
	}
	return o.Since
}

// back is the origin, or one at the high-water mark if it lies ahead: then it is not known what it stands behind.
func (e *export) back(o origin) origin {
	at, known := o.second()
	if !known || at <= e.now().Unix() {
		return o
	}
	e.note(schema.Issue{Reason: "the stored place lay ahead of the clock: reading went on from the high-water mark less an overlap", Value: time.Unix(at, 0).UTC().Format(time.RFC3339)})
	return origin{Since: e.before(at)}
}

// before is where reading begins again that had come to a second, or to one that is not known: at the high-water mark less
// an overlap.
func (e *export) before(second int64) int64 {
	if e.highWater.IsZero() {
		return e.begin
	}
	return max(e.begin, min(second, e.highWater.Unix())-int64(max(e.overlap, time.Minute)/time.Second))
}

// past reports that what follows the page lies behind the window. A page without a row says nothing of what follows it.
func (e *export) past(f fetched) bool {
	return f.rows > 0 && !e.window.To.IsZero() && f.reached() >= e.window.To.Unix()
}

// reached is the second to which everything was read that stands in front of it in the order of the export; 0 if that
// can't be told.
func (f fetched) reached() int64 {
	p, known := readPlace(f.after)
	switch {
	case known:
		return p.at
	case f.end != 0:
		return f.end
	case f.first.IsZero():
		return 0
	}
	return f.first.Unix()
}

// leads is the second with which a time export goes on behind a page that began at one: its end_time, but no later than its
// last row, which is documented to be the same; or what is between would be passed over. That a page leads nowhere is no matter
// of the last one. If its rows have other times than those that order the export, of which some lie in front of the page,
// they say nothing of what was read.
func (f fetched) leads(at int64) int64 {
	last := f.latest.Unix()
	ends := f.ended(false)
	if f.latest.IsZero() || last >= f.end || !ends && last <= at || ends && f.first.Unix() < at {
		return f.end
	}
	return last
}

// rows is the page size to remember: 0 for the largest.
func (e *export) rows() int {
	if e.size.Rows() == e.size.Most() {
		return 0
	}
	return e.size.Rows()
}
