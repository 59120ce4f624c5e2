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

// hole is a part of an export that was stepped over, or whose page was incomplete: from a cursor or a second up to a second
// that was read. So is a page without a row that leads on: what leads on is the time of a last row.
type hole struct {
	After string `json:"after,omitempty"`
	Since int64  `json:"since,omitempty"`
	Until int64  `json:"until"`

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
		holes[1] = hole{After: holes[0].After, Since: holes[0].Since, Until: max(holes[0].Until, holes[1].Until)}
		holes = holes[1:]
	}
	return holes
}

// touches reports that the other hole begins in this one.
func (h hole) touches(other hole) bool {
	if h.After != "" || other.After != "" {
		return h.After == other.After && h.Since == other.Since
	}
	return h.Since <= other.Since && other.Since <= h.Until
}

// within reports that the hole begins in the other one.
func (h hole) within(other hole) bool { return other.touches(h) }

// behind returns what the page leaves of the hole; closed if nothing is. An end in front of rows that are known is none.
func (h hole) behind(f fetched, known time.Time) (rest hole, closed bool) {
	rest = h
	if f.after != "" {
		rest.After, rest.Since = f.after, 0
	} else {
		rest.Since = max(h.Since, f.end)
	}
	stale := f.rows > 0 && f.after != "" && rest == h // an earlier answer, which says nothing of the hole
	early := f.rows > 0 && max(f.reached(), f.latest.Unix()) < min(h.Until, known.Unix())
	return rest, !stale && !early && f.ended(false) || f.rows > 0 && f.reached() >= h.Until && rest != h
}

// retryHoles asks once for what is missing from earlier runs, with pages that begin with the given number of
// rows. What can be read by now is handed over; the walk's own place stays where it is. What came for a week without the same
// things, as tickets may that never have metrics, is handed over as it is: it is given up. So is what came as an end without
// a row: rows change their places, but rarely vanish.
func (w *walk) retryHoles(ctx context.Context, m *mark, rows int) error {
	var kept []hole
	for i, h := range m.Holes {
		size := rest.NewPageSize(rows, w.stream.rows)
		for {
			f, err := w.fetch(ctx, &rest.Request{Size: size, Tries: 1}, w.from(mark{After: h.After, Since: h.Since}))
			if err != nil && w.ends(ctx, err) {
				return err
			}
			before, closed, lacking := h, false, err == nil && (f.incomplete() || f.lacksMetrics() || f.endsEmpty())
			final := lacking && f.keyless == 0 && h.Lacking != 0 && w.now().Unix()-h.Lacking > int64(missingFor/time.Second)
			if err == nil && (!lacking || final) {
				w.follow(&f, mark{After: h.After, Since: h.Since})
				f.end = f.leads(h.Since)
				h, closed = h.behind(f, slices.MaxFunc([]time.Time{w.highWater, w.known}, time.Time.Compare))
			}
			if err != nil || !closed && (h == before || f.rows == 0) { // it is as bad as it was
				if lacking && before.Lacking == 0 {
					before.Lacking = w.now().Unix()
				}
				kept = append(kept, before)
				break
			}
			if final {
				w.note(schema.Issue{Reason: "what a page of an earlier run lacked did not come for a week: it is given up, and read again when it changes, or by backfill"})
			}
			next := *m
			next.Holes = slices.Clone(kept)
			if !closed {
				next.Holes = append(next.Holes, h)
			}
			next.Holes = append(next.Holes, m.Holes[i+1:]...)
			if next, err = w.handOver(ctx, f, *m, next); err != nil {
				return err
			}
			m.Refused = next.Refused
			if closed {
				break
			}
		}
	}
	if m.Holes = kept; len(kept) > 0 {
		w.note(rowless("", "what was skipped in earlier runs still can't be read: it is tried again in later runs", fmt.Sprintf("in %d places", len(kept))))
	}
	return nil
}

// passOver adds the hole of an empty page that led on each time that it was asked for. It is told where it is still there in
// a later run, or at once where only what is told brings one: in a window.
func (w *walk) passOver(holes []hole, h hole) []hole {
	if slices.ContainsFunc(holes, func(known hole) bool { return h.within(known) && h.Until <= known.Until }) {
		return holes
	}
	if h.Until == 0 { // it can't be told how far it led
		h.Until = w.now().Unix()
	}
	if !w.window.IsZero() {
		w.note(rowless("", "a page was empty, and not the last one: what can be missing is asked for again", time.Unix(h.Until, 0).UTC().Format(time.RFC3339)))
	}
	return addHole(holes, h)
}

// ends reports that an error is not about a record but about the whole stream.
func (w *walk) ends(ctx context.Context, err error) bool {
	var api *rest.APIError
	return ctx.Err() != nil || errors.Is(err, extract.ErrUnreachable) || errors.Is(err, extract.ErrCredentials) ||
		errors.As(err, &api) && (api.Status == http.StatusForbidden || api.Status == http.StatusNotFound)
}
