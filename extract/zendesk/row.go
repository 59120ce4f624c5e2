package zendesk

import (
	"hash/fnv"
	"time"

	"desklake/internal/jsonscan"
	"desklake/schema"
)

// row is what reading on needs of one record. What the record does not have is zero.
type row struct {
	id               int64 // or the hash of its name; zero if it has none that can be used
	ticket           int64 // ticket_id
	status           string
	created, updated time.Time
}

// row reads a row.
func (sc scanner) row(s *jsonscan.Scanner, e *envelope) {
	e.rows++
	r, known, at, bare := row{}, false, time.Time{}, sc.audits
	for object := s.Object(); object && s.Field(); {
		switch key := string(s.Key().Text()); key {
		case "metric_set":
			if sc.sets && !s.Value().IsNull() {
				e.within++
			}
		case "events", "child_events":
			if sc.audits && s.Array() {
				for bare = false; s.Element(); {
					if _, textless := isComment(s); textless {
						e.textless++
					}
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
	at, ok := schema.Instant(v)
	if !ok {
		return time.Time{}
	}
	return at
}
