package zendesk

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Where a walk continues comes from what it read, and is never later than what the source can have shown by then: a row
// that is dated ahead is read, but the walk does not go on behind it, or what happens until then would never be read. For
// that it has to be told what lies ahead, and no clock is to be trusted alone: the earliest counts, and what lies in doubt
// is read again.

// lateRows is how long after its time a row can still appear: the exports hold back the last minute, in older answers
// the last five.
const lateRows = 5 * time.Minute

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
	return c.behind(b)
}

// behind reports that the place is farther than another one.
func (p place) behind(before place) bool {
	return p.at > before.at || p.at == before.at && p.id > before.id
}
