package zendesk

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
)

// A record that the source can't answer with, not even alone, is stepped over: recorded as an issue, kept as a
// hole in the mark, and asked for once in every later run. The walk must go on right behind it, or rows between
// would be lost. Exports take a start_time, so the second of the record is the last one at which reading can't begin:
// it is searched for. Within that second only a cursor leads on, and cursors can be written because their shape
// is known; the id is searched for in the same way. Should the source not take such a cursor, the walk goes on with
// the next second, and the hole says so.

// stepOver returns the mark behind the record that the page at m can't be made of. If the source can't answer
// elsewhere either, it is no matter of a record: the mark stays.
func (w *walk) stepOver(ctx context.Context, r *rest.Request, m mark) (mark, error) {
	if healthy, err := w.healthy(ctx); err != nil || !healthy {
		return m, err
	}
	from, known := readPlace(m.After)
	switch {
	case known:
	case m.After != "":
		from.at = max(w.highWater.Unix(), w.startTime()) - 1 // the rows come in this order
	default:
		from.at = max(m.Since, w.startTime()) - 1
	}
	second, err := w.search(ctx, from.at, 8, func(at int64) mark { return mark{Since: at} })
	if err != nil {
		return m, doneIf(errUnclear, err)
	}
	second-- // the first that can be read begins behind the record's
	skipped := hole{After: m.After, Since: m.Since, Until: second + 1}
	next, key := mark{Since: second + 1}, ""
	if second > from.at {
		from.id = 0
	}
	id, err := w.search(ctx, from.id, 1<<10, func(id int64) mark { return mark{After: place{second, id}.cursor()} })
	var refused *rest.APIError
	switch {
	case err == nil:
		next, key = mark{After: place{second, id}.cursor()}, strconv.FormatInt(id, 10)
		skipped.Until = second
	case errors.Is(err, errUnclear):
		return m, nil
	case !errors.As(err, &refused):
		return m, err
	}
	w.note(rowless(key, "the source can't answer with this record: it was skipped and is tried again in later runs",
		fmt.Sprintf("behind the second %d, up to the second %d (%s)", from.at, second, time.Unix(second, 0).UTC().Format(time.RFC3339))))
	r.Forgive()
	w.stepped = true
	m.After, m.Since, m.Holes = next.After, next.Since, addHole(m.Holes, skipped)
	return m, nil
}

// hopeless returns the error that ends a walk to which no page came for as long as one request may be tried: what
// looks like one record after the other that can't be answered with is a source that can't answer.
func (w *walk) hopeless(err error) error {
	if w.lost.IsZero() {
		w.lost = time.Now()
	}
	if time.Since(w.lost) <= w.client.GiveUpAfter() {
		return nil
	}
	return w.client.GivenUp(err, w.lost, w.client.GiveUpAfter())
}

// healthy reports whether the source can answer with the newest rows of an export: the stream's own, or the one that
// led to it. If not, it waits a while, as long as the trouble has not lasted for too long already.
func (w *walk) healthy(ctx context.Context) (bool, error) {
	q := startTime(w.now().Add(-2 * time.Minute).Unix())
	export := w.stream
	if w.parent != nil {
		export = w.parent
	}
	_, err := w.client.Do(ctx, &rest.Request{
		Endpoint: export.endpoint, Query: q, Size: rest.NewPageSize(1, 1), SizeName: "per_page", Tries: rest.Enough, Spent: &w.cost, Observer: w.observer, Since: w.lost,
		Accept: func(body []byte) error {
			_, err := export.scanner().scan(body)
			return err
		},
	})
	var api *rest.APIError
	if err == nil || errors.As(err, &api) && tooRecent(api) {
		return true, nil
	}
	if v := rest.Judge(err); v == rest.Final || v == rest.Unauthorized || errors.Is(err, extract.ErrUnreachable) {
		return false, err
	}
	if time.Since(w.lost)+rest.LongPause > w.client.GiveUpAfter() {
		return false, w.client.GivenUp(err, w.lost, w.client.GiveUpAfter())
	}
	return false, w.cost.Wait(ctx, rest.LongPause)
}

// answers reports whether the source can answer with the one row at the mark.
func (w *walk) answers(ctx context.Context, m mark, tries int) (bool, error) {
	_, err := w.fetch(ctx, &rest.Request{Size: rest.NewPageSize(1, 1), Tries: tries}, w.from(m))
	var api *rest.APIError
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &api) && tooRecent(api): // there is nothing
		return true, nil
	case ctx.Err() != nil, errors.Is(err, extract.ErrUnreachable):
		return false, err
	case rest.Judge(err) == rest.Heavy, rest.Judge(err) == rest.TooMuch, rest.Judge(err) == rest.Astray:
		return false, nil
	case rest.Judge(err) == rest.Outage:
		return false, errUnclear
	}
	return false, err
}

// errUnclear is met when the source's answers to a search contradict each other: it was disturbed meanwhile.
var errUnclear = errors.New("the source is disturbed")

// search returns the smallest number above low at which the source answers. Below, it does not. It looks ahead
// in steps that grow by factor, then halves.
func (w *walk) search(ctx context.Context, low, factor int64, at func(int64) mark) (int64, error) {
	begin, high := low, low
	for step := int64(1); ; step *= factor {
		if step > math.MaxInt64/factor || high > math.MaxInt64-step {
			return 0, errUnclear
		}
		high += step
		ok, err := w.answers(ctx, at(high), 1)
		if err != nil {
			return 0, err
		}
		if ok {
			break
		}
		low = high
	}
	for high-low > 1 {
		middle := low + (high-low)/2
		ok, err := w.answers(ctx, at(middle), 1)
		if err != nil {
			return 0, err
		}
		if ok {
			high = middle
		} else {
			low = middle
		}
	}
	if low == begin {
		return high, nil
	}
	// A failure that had another cause would have led behind rows that can be read.
	ok, err := w.answers(ctx, at(low), rest.Enough)
	if err == nil && ok {
		err = errUnclear
	}
	return high, err
}
