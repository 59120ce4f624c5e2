package zendesk

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"desklake/schema"
)

// Where a walk continues comes from what it read, and is never later than what the source can have shown by then: a row
// that is dated ahead is read, but the walk does not go on behind it, or what happens until then would never be read. For
// that it has to be told what lies ahead, and no clock is to be trusted alone: the earliest counts, and what lies in doubt
// is read again.

// lateRows is how long after its time a row can still appear: the exports hold back the last minute, in older answers
// the last five.
const lateRows = 5 * time.Minute

// now is the source's time by the clock that is farthest behind: of this machine and of the answers to this walk.
func (w *walk) now() time.Time {
	return time.Now().Add(w.lag).UTC().Round(0)
}

// bounded is the second, or the latest that is in no doubt if that lies ahead.
func (w *walk) bounded(second int64) int64 {
	if now := w.now(); second > now.Unix() {
		return now.Add(-lateRows).Unix()
	}
	return second
}

// raise moves the high-water mark. A time that lies ahead is no time to go back to.
func (w *walk) raise(f fetched) {
	if f.latest.After(w.met) {
		w.met = f.latest
	}
	if f.latest.After(w.highWater) && !f.latest.After(w.now()) {
		w.highWater = f.latest
	}
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

// farthest is the second up to which a page of a time export was read: its end_time, but no later than its rows say
// unless that is long enough ago.
func (w *walk) farthest(f fetched) int64 {
	if f.rows == 0 {
		return 0
	}
	now := w.now()
	sure := now.Add(-lateRows).Unix()
	if !f.latest.IsZero() && !f.latest.After(now) {
		sure = max(sure, f.latest.Unix())
	}
	return min(f.end, sure)
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

// keep returns what is stored of the mark next, behind the page f, if kept is what was stored before it.
func (w *walk) keep(kept, next mark, f fetched) mark {
	p, known := readPlace(f.after)
	switch {
	case f.after == "": // the walk stays where it is
	case known && p.at <= w.now().Unix(), !known && !f.latest.After(w.now()):
		return next
	}
	next.After, next.Since = kept.After, kept.Since
	at, known := kept.second()
	if sure := w.now().Add(-lateRows).Unix(); known && f.after != "" && sure > at {
		next.After, next.Since = "", sure
	}
	return next
}

// second is where the mark is in the order of its export, if that can be told.
func (m mark) second() (at int64, known bool) {
	if m.After == "" {
		return m.Since, true
	}
	p, known := readPlace(m.After)
	return p.at, known
}

// back is the mark, or one at the high-water mark if it lies ahead: then it is not known what it stands behind.
func (w *walk) back(m mark) mark {
	at, known := m.second()
	if !known || at <= w.now().Unix() {
		return m
	}
	w.note(schema.Issue{Reason: "the stored place lay ahead of the clock: reading went on from the high-water mark less an overlap", Value: time.Unix(at, 0).UTC().Format(time.RFC3339)})
	m.After, m.Since = "", w.before(at)
	return m
}

// before is where reading begins again that had come to a second, or to one that is not known: at the high-water mark less
// an overlap.
func (w *walk) before(second int64) int64 {
	if w.highWater.IsZero() {
		return w.startTime()
	}
	return max(w.startTime(), min(second, w.highWater.Unix())-int64(max(w.overlap, time.Minute)/time.Second))
}

// earlier is a start_time for one that the source refused as too recent, if it can have been the wrong one: the first of
// a walk. Each is twice as far back.
func (w *walk) earlier(second int64) (earlier int64, ok bool) {
	if w.pages > 0 || w.stepped || second <= w.startTime() {
		return second, false
	}
	w.steps = max(2*w.steps, lateRows)
	return max(w.startTime(), second-int64(w.steps/time.Second)), true
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
	return c.behind(b)
}

// behind reports that the place is farther than another one.
func (p place) behind(before place) bool {
	return p.at > before.at || p.at == before.at && p.id > before.id
}
