package zendesk

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"desklake/extract"
)

// maxHoles bounds the mark. Older holes stay recorded as issues.
const maxHoles = 100

// hole is a part of an export that was stepped over, or that has a record without its id, which can't be stored: from
// a cursor or a second up to a second that was read.
type hole struct {
	After string `json:"after,omitempty"`
	Since int64  `json:"since,omitempty"`
	Until int64  `json:"until"`
}

func addHole(holes []hole, h hole) []hole {
	if slices.Contains(holes, h) {
		return holes
	}
	holes = append(slices.Clone(holes), h)
	return holes[max(0, len(holes)-maxHoles):]
}

// behind returns what the page leaves of the hole; closed if nothing is.
func (h hole) behind(f fetched) (rest hole, closed bool) {
	rest = h
	if f.after != "" {
		rest.After, rest.Since = f.after, 0
	} else {
		rest.Since = max(h.Since, f.end)
	}
	return rest, f.rows == 0 || f.ended() || f.latest.Unix() >= h.Until && rest != h
}

// retryHoles asks once for what is missing from earlier runs, with pages that begin with the given number of
// rows. What can be read by now is handed over; the walk's own place stays where it is.
func (w *walk) retryHoles(ctx context.Context, m *mark, rows int) error {
	var kept []hole
	for i, h := range m.Holes {
		size := newPageSize(rows, w.stream.rows)
		for {
			f, err := w.fetch(ctx, &request{size: size, tries: 1}, w.from(mark{After: h.After, Since: h.Since}))
			if err != nil && w.ends(ctx, err) {
				return err
			}
			before, closed := h, false
			if err == nil && f.keyless == 0 {
				h, closed = h.behind(f)
			}
			if err != nil || h == before && !closed { // it is as bad as it was
				kept = append(kept, h)
				break
			}
			next := *m
			next.Holes = slices.Concat(kept, m.Holes[i+1:])
			if !closed {
				next.Holes = append(next.Holes, h)
			}
			if next, err = w.handOver(ctx, f, *m, next); err != nil {
				return err
			}
			m.Refused = next.Refused
			if closed {
				break
			}
		}
	}
	m.Holes = kept
	return nil
}

// ends reports that an error is not about a record but about the whole stream.
func (w *walk) ends(ctx context.Context, err error) bool {
	var api *APIError
	return ctx.Err() != nil || errors.Is(err, extract.ErrUnreachable) || errors.Is(err, extract.ErrCredentials) ||
		errors.As(err, &api) && (api.Status == http.StatusForbidden || api.Status == http.StatusNotFound)
}
