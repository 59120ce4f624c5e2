package zendesk

import (
	"fmt"
	"time"

	"desklake/internal/jsonscan"
)

// envelope is what surrounds the rows of a page, and the little of the rows that reading on needs.
type envelope struct {
	rows    int       // how many there are
	keyless int       // how many of them have no id
	latest  time.Time // the latest of their times; zero if they have none
	lastID  int64     // the greatest id of that time
	first   time.Time // the earliest of their times; zero if they have none
	each    []row     // if asked for
	live    int       // of tickets whose metrics were asked for: those that are not deleted, which have none
	within  int       // metrics that came within their tickets
	beside  int       // and those that came beside them
	bare    int       // of audits: those without a list of their events
	odd     string    // how the page contradicts itself; empty if it does not

	textless int // of the comments among the events: those without a text

	after string // after_cursor of an export, or meta.after_cursor of a list
	last  bool   // end_of_stream
	told  bool   // that there is an end_of_stream
	end   int64  // end_time, unix seconds; 0 if null

	count   int    // -1 if there is none
	more    *bool  // meta.has_more; nil if it is not told
	unclear bool   // meta, or its has_more, is nothing that is known
	next    string // next_page
	link    string // links.next
}

// scanner reads envelopes of one stream. It validates the whole body on the way.
type scanner struct {
	key   string // of the rows
	id    string // the rows' field that tells them apart
	named bool   // it is a name, and no number
	time  string // the rows' field whose latest value is wanted: generated_timestamp, updated_at, or none
	each  bool
	sets  bool // tickets come with their metrics

	counted bool // count is of the page's rows
	audits  bool // rows are audits, which have lists of their events; the comments among these have their texts
}

// incomplete reports that the page has a record without an id, which can't be stored, an audit without its events, or a comment
// without its text, which the API gives to every one: what is left out is read again.
func (e *envelope) incomplete() bool { return e.keyless > 0 || e.bare > 0 || e.textless > 0 }

// lacksMetrics reports that a ticket came without its metrics: the API gives them to every ticket but a deleted one.
func (e *envelope) lacksMetrics() bool { return e.live > max(e.within, e.beside) }

// hasMetrics reports that some came.
func (e *envelope) hasMetrics() bool { return e.within+e.beside > 0 }

func (sc scanner) scan(body []byte) (*envelope, error) {
	e, found := &envelope{count: -1}, false
	s := jsonscan.New(body)
	if !s.Object() {
		if err := s.End(); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("it is not an object with %q", sc.key)
	}
	for s.Field() {
		switch key := string(s.Key().Text()); key {
		case sc.key:
			if s.Array() {
				for found = true; s.Element(); {
					sc.row(s, e)
				}
			}
		case "after_cursor":
			e.after = string(s.Value().Text())
		case "end_of_stream":
			e.last, e.told = s.Value().Bool()
		case "end_time":
			e.end, _ = s.Value().Whole()
		case "next_page":
			e.next = string(s.Value().Text())
		case "count":
			if n, ok := s.Value().Whole(); ok && n >= 0 {
				e.count = int(n)
			}
		case "meta":
			e.meta(s.Value())
		case "links":
			eachField(s.Value(), func(key, value jsonscan.Value) {
				if string(key.Text()) == "next" {
					e.link = string(value.Text())
				}
			})
		case "metric_sets":
			for array := sc.sets && s.Array(); array && s.Element(); {
				s.Value()
				e.beside++
			}
		}
	}
	if err := s.End(); err != nil {
		return nil, err
	}
	switch {
	case !found:
		return nil, fmt.Errorf("there is no array %q in it", sc.key)
	case sc.counted && e.count > e.rows:
		e.odd = fmt.Sprintf("the page has %d rows, and says that there are %d", e.rows, e.count)
	}
	return e, nil
}

func (e *envelope) meta(v jsonscan.Value) {
	e.unclear = e.unclear || v.Kind != jsonscan.Object && !v.IsNull()
	eachField(v, func(key, value jsonscan.Value) {
		switch string(key.Text()) {
		case "has_more":
			if more, ok := value.Bool(); ok {
				e.more = &more
			} else if text := string(value.Text()); text == "true" || text == "false" {
				e.more = new(text == "true")
			} else {
				e.unclear = e.unclear || !value.IsNull()
			}
		case "after_cursor":
			e.after = string(value.Text())
		}
	})
}
