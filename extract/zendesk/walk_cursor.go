package zendesk

import (
	"context"
	"errors"
	"math"
	"net/url"
	"strconv"

	"desklake/extract/rest"
	"desklake/schema"
)

// cursorExport walks an incremental export by cursor. No row is repeated at the border of pages; one that changes
// again comes again later.
//
// https://developer.zendesk.com/documentation/ticketing/managing-tickets/using-the-incremental-export-api/#cursor-based-incremental-exports
func (w *walk) cursorExport(ctx context.Context, m mark) error {
	m = w.back(m)
	if err := w.retryHoles(ctx, &m, 1); err != nil {
		return err
	}
	r, empty, kept := &rest.Request{}, 0, m // which is what is stored of m
	seen := map[string]int{}                // cursors that can't be read can lead in a circle
	promised := false                       // the page before said that it is not the last
	for stuck := false; ; {
		f, err := w.fetch(ctx, r, w.from(m))
		if err != nil {
			if m, err = w.recover(ctx, r, m, err); err != nil {
				return w.nothing(ctx, err)
			}
			if at, known := m.second(); known && at <= w.now().Unix() {
				kept = m
			} else {
				kept.Holes = m.Holes
			}
			continue
		}
		if !stuck || !f.passesOver() {
			w.follow(&f, m)
		}
		unsure := f.rows == 0 && promised && !stuck
		if f.passesOver() && !stuck {
			f.after = "" // it is asked for again before the walk goes on behind it
		}
		next := m
		if f.after != "" { // a poll with nothing new has none, or none that is followed: the old one stays good
			next.After, next.Since = f.after, 0
		}
		next.Rows = w.rows()
		if f.incomplete() {
			next.Holes = addHole(next.Holes, hole{After: m.After, Since: m.Since, Until: f.reached()})
		}
		moved := f.after != "" && behind(f.after, m.After)
		if moved && f.passesOver() {
			next.Holes = w.passOver(next.Holes, hole{After: m.After, Since: m.Since, Until: f.reached()})
		}
		w.metrics(f, m, &next)
		if promised && !unsure {
			w.unkept(f)
		}
		before := kept
		if kept, err = w.handOver(ctx, f, before, w.keep(before, next, f)); err != nil {
			return err
		}
		next.Refused = kept.Refused
		if _, readable := readPlace(f.after); moved && !readable {
			if seen[f.after]++; seen[f.after] > maxSeen {
				return w.wrong("the cursor %.80q was given again and again, and the stream does not end", f.after)
			}
		}
		stale := f.rows > 0 && f.after != "" && !moved // what stands behind a place leads behind it
		early, done := error(nil), w.past(f)
		if !done && !stale && !unsure && f.ended(moved && f.rows > 0) {
			if early, err = w.tooEarly(ctx); err != nil {
				return err
			}
			done = early == nil
		}
		switch {
		case done:
			return nil
		case moved && f.rows > 0:
			stuck, empty = false, 0
		case moved && empty < maxEmpty:
			empty++
		case stuck && early != nil:
			return early
		case stuck && stale:
			return w.wrong("the rows behind the cursor %.80q do not lead behind it: they are those of an earlier answer", m.After)
		case stuck:
			return w.wrong("the cursor %.80q does not move, and the stream does not end", m.After)
		default:
			stuck = true
			if err := w.cost.Wait(ctx, rest.FirstPause); err != nil {
				return err
			}
		}
		m, promised = next, f.promises() || unsure
	}
}

// maxSeen is how often a walk may meet a cursor: rows that change meanwhile can bring one again.
const maxSeen = 3

// from is the parameter that says where the page begins.
func (w *walk) from(m mark) url.Values {
	if m.After != "" {
		return url.Values{"cursor": {m.After}}
	}
	return startTime(max(m.Since, w.startTime()))
}

func startTime(unix int64) url.Values { return url.Values{"start_time": {strconv.FormatInt(unix, 10)}} }

func doneIf(expected, err error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// recover says where the walk goes on after a page that did not come, or returns the error that ends it.
func (w *walk) recover(ctx context.Context, r *rest.Request, m mark, err error) (mark, error) {
	var api *rest.APIError
	var unmade *rest.Poison
	switch {
	case errors.As(err, &unmade):
		if err := w.hopeless(err); err != nil {
			return m, err
		}
		return w.stepOver(ctx, r, m)
	case !errors.As(err, &api):
		return m, err
	case m.After == "" && tooRecent(api):
		if since, ok := w.earlier(m.Since); ok {
			m.Since = since
			return m, nil
		}
		return m, w.nothingYet(m.Since, err)
	case refusedCursor(api) && m.After != "" && !w.fellBack:
		w.fellBack = true
		w.note(schema.Issue{Reason: "the cursor was refused: reading went on from the high-water mark less an overlap", Value: m.After})
		at, known := m.second()
		if !known {
			at = math.MaxInt64
		}
		m.After, m.Since = "", w.before(at)
		return m, nil
	}
	return m, err
}
