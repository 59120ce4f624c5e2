package zendesk

import (
	"fmt"
	"hash/fnv"
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
	sets    int       // of metrics
	bare    int       // of audits: those without a list of their events
	odd     string    // how the page contradicts itself or what was asked for; empty if it does not

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

// row is what reading on needs of one record. What the record does not have is zero.
type row struct {
	id               int64 // or the hash of its name; zero if it has none that can be used
	ticket           int64 // ticket_id
	status           string
	created, updated time.Time
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
	audits  bool // rows are audits, which have lists of their events
	texts   bool // and comments among these have their texts
}

// incomplete reports that the page has a record without an id, which can't be stored, lacks metrics that were asked for, or has
// an audit without its events. The API gives every ticket its metrics but a deleted one, and every audit its events: what is
// left out is read again.
func (e *envelope) incomplete() bool { return e.keyless > 0 || e.live > e.sets || e.bare > 0 }

func (sc scanner) scan(body []byte) (*envelope, error) {
	e, found, textless := &envelope{count: -1}, false, false
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
					textless = sc.row(s, e) || textless
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
				e.sets++
			}
		}
	}
	if err := s.End(); err != nil {
		return nil, err
	}
	switch {
	case !found:
		return nil, fmt.Errorf("there is no array %q in it", sc.key)
	case textless && sc.texts:
		e.odd = "a comment came without its text, which was asked for"
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

// row reads a row. It reports whether a comment among its events has no text.
func (sc scanner) row(s *jsonscan.Scanner, e *envelope) (textless bool) {
	e.rows++
	r, known, at, bare := row{}, false, time.Time{}, sc.audits
	for object := s.Object(); object && s.Field(); {
		switch key := string(s.Key().Text()); key {
		case "metric_set":
			if sc.sets && !s.Value().IsNull() {
				e.sets++
			}
		case "events", "child_events":
			if sc.audits && s.Array() {
				for bare = false; s.Element(); {
					textless = lacksText(s) || textless
				}
			}
		case sc.id, sc.time, "created_at", "updated_at", "status", "ticket_id":
			if key != sc.time && key != sc.id && !sc.each && !(sc.sets && key == "status") {
				continue
			}
			v := s.Value()
			switch key {
			case sc.id:
				r.id, known = sc.identity(v)
			case "ticket_id":
				r.ticket, _ = v.Whole()
			case "status":
				r.status = string(v.Text())
			case "created_at":
				r.created = instant(v)
			case "updated_at":
				r.updated = instant(v)
			}
			if key == sc.time {
				at = instant(v)
			}
		}
	}
	e.met(at, r.id)
	if !known {
		e.keyless++
	}
	if bare {
		e.bare++
	}
	if sc.sets && r.status != "deleted" {
		e.live++
	}
	if sc.each {
		e.each = append(e.each, r)
	}
	return textless
}

// lacksText reports that the event is a comment without a text. Its type is read as decoders do.
func lacksText(event *jsonscan.Scanner) bool {
	var of, exported, told, text bool
	for object := event.Object(); object && event.Field(); {
		switch string(event.Key().Text()) {
		case "type":
			of = string(event.Value().Text()) == comment
		case "event_type":
			v := event.Value()
			exported, told = string(v.Text()) == comment, !v.IsNull()
		case "body":
			text = true
		}
	}
	if told {
		of = exported
	}
	return of && !text
}

// met takes the time of a row and its id.
func (e *envelope) met(at time.Time, id int64) {
	switch {
	case at.IsZero():
		return
	case at.After(e.latest):
		e.latest, e.lastID = at, id
	case at.Equal(e.latest):
		e.lastID = max(e.lastID, id)
	}
	if e.first.IsZero() || at.Before(e.first) {
		e.first = at
	}
}

// identity is a row's id, a whole number as the decoder reads it, or what stands for a name. It is zero if there is none.
func (sc scanner) identity(v jsonscan.Value) (id int64, known bool) {
	if !sc.named {
		return v.Whole()
	}
	h := fnv.New64a()
	h.Write(v.Text())
	return int64(h.Sum64()), v.Kind == jsonscan.String
}

// instant reads a date-time string or unix seconds. It is zero for everything else.
func instant(v jsonscan.Value) time.Time {
	if seconds, ok := v.Whole(); ok {
		return time.Unix(seconds, 0).UTC()
	}
	t, err := time.Parse(time.RFC3339, string(v.Text()))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
