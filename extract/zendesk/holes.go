package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
	"desklake/schema"
)

// maxHoles bounds the mark. Beyond, the oldest become one.
const maxHoles = 100

// hole is a part of an export that was stepped over, or whose page was incomplete: from where it begins up to a second
// that was read. So is a page without a row that leads on: what leads on is the time of a last row.
type hole struct {
	origin
	Until int64 `json:"until"`

	Lacking int64 `json:"lacking,omitempty"` // since when it is asked for again, and its first page comes but lacks something, unix seconds
}

// addHole adds a hole behind the others.
func addHole(holes []hole, h hole) []hole {
	holes = slices.Clone(holes)
	if n := len(holes); n > 0 && holes[n-1].touches(h) {
		holes[n-1].Until, holes[n-1].Lacking = max(holes[n-1].Until, h.Until), 0
		return holes
	}
	holes = append(holes, h)
	if len(holes) > maxHoles {
		holes[1] = hole{origin: holes[0].origin, Until: max(holes[0].Until, holes[1].Until)}
		holes = holes[1:]
	}
	return holes
}

// touches reports that the other hole begins in this one.
func (h hole) touches(other hole) bool {
	if h.After != "" || other.After != "" {
		return h.origin == other.origin
	}
	return h.Since <= other.Since && other.Since <= h.Until
}

// within reports that the hole begins in the other one.
func (h hole) within(other hole) bool { return other.touches(h) }

// early reports that a page says that nothing follows in front of rows that are known, and stand behind the hole.
func (h hole) early(f fetched, known time.Time) bool {
	return f.rows > 0 && f.ended(false) && max(f.reached(), f.latest.Unix()) < min(h.Until, known.Unix())
}

// behind returns what the page leaves of the hole; closed if nothing is. An end that comes too early is none.
func (h hole) behind(f fetched, early bool) (rest hole, closed bool) {
	rest = h
	if f.after != "" {
		rest.origin = origin{After: f.after}
	} else {
		rest.Since = max(h.Since, f.end)
	}
	stale := f.rows > 0 && f.after != "" && rest == h // an earlier answer, which says nothing of the hole
	return rest, !stale && !early && f.ended(false) || f.rows > 0 && f.reached() >= h.Until && rest != h
}

// passOver adds the hole of an empty page that led on each time that it was asked for. It is told where it is still there in
// a later run, or at once where only what is told brings one: in a window.
func (e *export) passOver(holes []hole, h hole) []hole {
	if slices.ContainsFunc(holes, func(known hole) bool { return h.within(known) && h.Until <= known.Until }) {
		return holes
	}
	if h.Until == 0 { // it can't be told how far it led
		h.Until = e.now().Unix()
	}
	if !e.window.IsZero() {
		e.note(rowless("", "a page was empty, and not the last one: what can be missing is asked for again", time.Unix(h.Until, 0).UTC().Format(time.RFC3339)))
	}
	return addHole(holes, h)
}

// filling asks once for what is missing from earlier runs. What can be read by now is to be handed over, page by page; the
// walk's own place stays where it is. What came for a week without the same things, as tickets may that never have metrics, is
// handed over as it is: it is given up. So is what came as an end, without a row or in front of rows that are known: rows change
// their places, but rarely vanish.
type filling struct {
	*export
	begins int            // rows that the first page of each hole asks for
	size   *rest.PageSize // of the pages of the first hole to ask for; nil if none was asked for

	kept  []hole // that are as bad as they were
	holes []hole // to ask for
	page  fetched
	err   error // that ends the walk
}

func (e *export) filling(holes []hole, rows int) *filling {
	return &filling{export: e, begins: rows, holes: slices.Clone(holes)}
}

// left are the holes that there are behind the page.
func (l *filling) left() []hole { return slices.Concat(l.kept, l.holes) }

// next asks until there is a page of which something can be stored. It returns false behind the last, and where the walk ends.
func (l *filling) next(ctx context.Context) bool {
	for len(l.holes) > 0 {
		h := l.holes[0]
		if l.size == nil {
			l.size = rest.NewPageSize(l.begins, l.stream.paging.rows)
		}
		f, err := l.fetch(ctx, &rest.Request{Size: l.size, Tries: 1}, l.from(h.origin))
		if err != nil && endsStream(ctx, err) {
			l.err = err
			return false
		}
		before, closed, early, lacking := h, false, false, err == nil && (f.incomplete() || f.lacksMetrics() || f.endsEmpty())
		weekLong := err == nil && f.keyless == 0 && h.Lacking != 0 && l.now().Unix()-h.Lacking > int64(missingFor/time.Second)
		if err == nil && (!lacking || weekLong) {
			l.follow(&f, h.origin)
			f.end = f.leads(h.Since)
			early = h.early(f, slices.MaxFunc([]time.Time{l.highWater, l.known}, time.Time.Compare))
			h, closed = h.behind(f, early)
			closed = closed || early && weekLong && h == before
		}
		final := weekLong && (lacking || early && closed)
		if err != nil || !closed && (h == before || f.rows == 0) { // it is as bad as it was
			if (lacking || early) && before.Lacking == 0 {
				before.Lacking = l.now().Unix()
			}
			l.kept = append(l.kept, before)
			l.holes, l.size = l.holes[1:], nil
			continue
		}
		if final {
			l.note(schema.Issue{Reason: "what a page of an earlier run lacked did not come for a week: it is given up, and read again when it changes, or by backfill"})
		}
		if l.holes[0] = h; closed {
			l.holes, l.size = l.holes[1:], nil
		}
		l.page = f
		return true
	}
	if len(l.kept) > 0 {
		l.note(rowless("", "what was skipped in earlier runs still can't be read: it is tried again in later runs", fmt.Sprintf("in %d places", len(l.kept))))
	}
	return false
}

// missingFor is for how long what is missing is tried again.
const missingFor = 7 * 24 * time.Hour

// endsStream reports that an error is not about a record but about the whole stream.
func endsStream(ctx context.Context, err error) bool {
	var api *rest.APIError
	return ctx.Err() != nil || errors.Is(err, extract.ErrUnreachable) || errors.Is(err, extract.ErrCredentials) ||
		errors.As(err, &api) && (api.Status == http.StatusForbidden || api.Status == http.StatusNotFound)
}
