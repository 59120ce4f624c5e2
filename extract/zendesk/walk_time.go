package zendesk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
)

// timeExport walks an incremental export by start_time. A page begins with the second in which the one before
// ended, so rows repeat at the border, and next_page never ends; a second with more rows than a page can't be read
// to its end. Every walk begins an overlap before the place where the last one ended: rows can come late.
//
// https://developer.zendesk.com/documentation/ticketing/managing-tickets/using-the-incremental-export-api/#time-based-incremental-exports
func (w *walk) timeExport(ctx context.Context, m mark) error {
	m = w.back(m)
	if err := w.retryHoles(ctx, &m, cmp.Or(m.Rows, w.stream.rows)); err != nil {
		return err
	}
	r, stuck, promised := &rest.Request{}, false, false
	for at := m.Since - int64(w.overlap/time.Second); ; {
		at = max(at, w.startTime())
		f, err := w.fetch(ctx, r, startTime(at))
		if err != nil {
			var unmade *rest.Poison
			if errors.As(err, &unmade) {
				if err := w.hopeless(err); err != nil {
					return err
				}
				at, err = w.stepOverSecond(ctx, r, at, &m)
			}
			var api *rest.APIError
			if errors.As(err, &api) && tooRecent(api) {
				earlier, ok := w.earlier(at)
				if !ok {
					return w.nothing(ctx, w.nothingYet(at, err))
				}
				at, err = earlier, nil
			}
			if err != nil {
				return err
			}
			continue
		}
		w.raise(f)
		f.end = f.leads(at)
		farthest := w.farthest(f)
		missed := hole{Since: at, Until: f.end}
		if f.incomplete() && (farthest > m.Since || !slices.ContainsFunc(m.Holes, missed.within)) {
			m.Holes = addHole(m.Holes, missed)
		} // what is met again in the overlap can have its hole
		empty := f.passesOver() && f.end > at
		unsure := (empty || f.endsEmpty() && promised) && !stuck // it is asked for again before it is believed
		if empty && stuck {
			m.Holes = w.passOver(m.Holes, missed)
		}
		if promised && !unsure {
			w.unkept(f)
		}
		promised = f.promises() || unsure
		m.Since, m.Rows = max(m.Since, farthest), w.rows()
		full := f.rows >= f.Asked
		if full && f.end == at && !f.ended(false) && f.Asked == r.Size.Most() { // nothing leads farther into this second
			if at >= m.Since {
				if err := w.overfull(ctx, f, at, m); err != nil {
					return err
				}
			}
			f.end = at + 1
			m.Since = max(m.Since, w.bounded(f.end))
		}
		if err := w.emit(f, m.position(w.highWater)); err != nil {
			return err
		}
		early, done := error(nil), !unsure && w.past(f)
		if !done && !unsure && f.ended(f.rows > 0 && f.end > at) {
			if early, err = w.tooEarly(ctx); err != nil {
				return err
			}
			done = early == nil
		}
		switch {
		case done:
			return nil
		case f.end > at && !unsure && (early == nil || f.rows > 0):
			at, stuck = f.end, false
			r.Size.Release()
		case full && (r.Size.Rows() > f.Asked || r.Size.Rise()):
			r.Size.Hold() // a smaller page would end in the same second
		case stuck && early != nil:
			return early
		case stuck:
			return w.wrong("start_time %d leads to no other, and the stream does not end", at)
		default:
			stuck = true
			if err := w.cost.Wait(ctx, rest.FirstPause); err != nil {
				return err
			}
		}
	}
}

// overfull deals with a second that may hold more rows than the page that was read of it. If there is a list of the same
// rows, it has them all but the deleted ones; if not, those beyond the page are missing, and an issue says so.
func (w *walk) overfull(ctx context.Context, f fetched, at int64, m mark) error {
	where := fmt.Sprintf("%d rows were read of the second %d (%s)", f.rows, at, time.Unix(at, 0).UTC().Format(time.RFC3339))
	if w.stream.whole == "" {
		w.note(rowless("", "more rows may share a second than a page can hold: those beyond the page are missing", where))
		return nil
	}
	w.note(rowless("", "more rows may share a second than a page can hold: those beyond the page were read from the list, which has no deleted ones", where))
	literal := &stream{name: w.stream.name, endpoint: w.stream.whole, key: w.stream.key, paging: list, rows: listRows}
	child := &walk{
		Source: w.Source, observer: w.observer, stream: literal, tables: w.tables, style: list, size: rest.NewPageSize(0, listRows), highWater: w.highWater,
		yield: func(p extract.Page, err error) bool {
			w.pages++
			p.Next = m.position(w.highWater)
			return w.yield(p, err)
		},
	}
	err := child.list(ctx)
	w.owe(child.bill())
	return err
}

// stepOverSecond returns the second to go on with behind a record that can't be answered with. In this style of
// export nothing but another second leads past it: what the second holds behind the record is skipped too.
func (w *walk) stepOverSecond(ctx context.Context, r *rest.Request, at int64, m *mark) (int64, error) {
	if healthy, err := w.healthy(ctx); err != nil || !healthy {
		return at, err
	}
	if r.Size.Held() > 1 {
		moved, err := w.squeeze(ctx, r, at, m)
		if err != nil || moved > at {
			return max(at, moved), doneIf(errUnclear, err)
		}
	}
	second, err := w.search(ctx, at, 8, func(at int64) mark { return mark{Since: at} })
	if err != nil {
		return at, doneIf(errUnclear, err)
	}
	if second > m.Since {
		w.note(rowless("", "the source can't answer with a record: the rest of its second was skipped and is tried again in later runs",
			fmt.Sprintf("the second %d (%s)", second-1, time.Unix(second-1, 0).UTC().Format(time.RFC3339))))
		m.Holes = addHole(m.Holes, hole{Since: at, Until: second})
		m.Since = second
	}
	r.Forgive()
	r.Size.Release()
	w.stepped = true
	return second, nil
}

// squeeze reads the rows that stand in front of a record that can't be answered with: the largest page that can be
// had, between one that did not lead out of its second and one that could not be made. It returns where that
// page ended.
func (w *walk) squeeze(ctx context.Context, r *rest.Request, at int64, m *mark) (int64, error) {
	var best fetched
	for low, high := rest.Below(r.Size.Held()), r.Size.Held(); high-low > 1; {
		size := rest.NewPageSize(0, (low+high)/2)
		f, err := w.fetch(ctx, &rest.Request{Size: size, Tries: 1}, startTime(at))
		switch {
		case err == nil:
			low, best = size.Rows(), f
		case rest.Judge(err) == rest.Heavy || rest.Judge(err) == rest.TooMuch:
			high = size.Rows()
		default:
			return at, err
		}
	}
	if best.envelope == nil {
		return at, nil
	}
	w.raise(best)
	best.end = best.leads(at)
	m.Since = max(m.Since, w.farthest(best))
	return best.end, w.emit(best, m.position(w.highWater))
}
