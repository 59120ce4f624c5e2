package zendesk

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"desklake/extract"
)

// mark is where a stream continues, as it stands in Position.Cursor: JSON, each style of paging with the fields
// that it needs.
type mark struct {
	After string `json:"after,omitempty"` // cursor of the export, or of the list that is being read
	Since int64  `json:"since,omitempty"` // start_time, unix seconds
	Rows  int    `json:"rows,omitempty"`  // the page size that worked, if it is not the largest

	Holes []hole `json:"holes,omitempty"` // what was skipped, oldest first

	Began   int64   `json:"began,omitempty"`   // ratings: when the walk that is under way began, or a rating without an id was made: what becomes of Next
	Next    int64   `json:"next,omitempty"`    // ratings: when the last whole walk began: the next one reads from there
	Full    int64   `json:"full,omitempty"`    // ratings: when the last walk from the start date began
	Filter  filter  `json:"filter,omitempty"`  // ratings: what start_time goes by
	Refused []int64 `json:"refused,omitempty"` // audits: tickets to try again
}

func readMark(from extract.Position) (mark, error) {
	var m mark
	if from.Cursor == "" {
		return m, nil
	}
	if err := json.Unmarshal([]byte(from.Cursor), &m); err != nil {
		return m, &badMark{err}
	}
	return m, nil
}

// badMark is the error of a stored cursor that desklake did not write.
type badMark struct{ err error }

func (e *badMark) Error() string { return "the stored cursor can't be read: " + e.err.Error() }
func (e *badMark) Unwrap() error { return e.err }
func (e *badMark) Hint() string {
	return "`desklake state reset` makes the stream start again from the start date; no row is doubled by it"
}

// position is the mark with the high-water mark that belongs to it.
func (m mark) position(highWater time.Time) extract.Position {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // a struct of numbers and strings
	}
	return extract.Position{Cursor: string(text), HighWater: highWater}
}

// place is what the cursor of an export holds: base64 of <unix>.0||<id>|. It is documented as opaque, so nothing
// that matters depends on its shape: where it can't be read, less is known.
type place struct{ at, id int64 }

var cursorShape = regexp.MustCompile(`^(\d{1,12})(?:\.\d+)?\|\|(\d{1,19})\|$`)

func readPlace(cursor string) (p place, ok bool) {
	raw, err := base64.StdEncoding.DecodeString(cursor)
	m := cursorShape.FindSubmatch(raw)
	if err != nil || m == nil {
		return place{}, false
	}
	p.at, _ = strconv.ParseInt(string(m[1]), 10, 64) // at most twelve digits
	p.id, err = strconv.ParseInt(string(m[2]), 10, 64)
	return p, err == nil
}

func (p place) cursor() string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%d.0||%d|", p.at, p.id))
}

// behind reports that the cursor is farther than another one of the same export. Cursors that can't be read are
// farther if they are different.
func behind(cursor, before string) bool {
	c, ok1 := readPlace(cursor)
	b, ok2 := readPlace(before)
	if !ok1 || !ok2 {
		return cursor != before
	}
	return c.at > b.at || c.at == b.at && c.id > b.id
}
