package zendesk

import (
	"context"
	"errors"
	"math"

	"desklake/extract"
	"desklake/extract/rest"
)

// A record that the source can't answer with, not even alone, is stepped over: recorded as an issue, kept as a
// hole in the mark, and asked for once in every later run. The walk must go on right behind it, or rows between
// would be lost. Exports take a start_time, so the second of the record is the last one at which reading can't begin:
// it is searched for. Within that second only a cursor leads on, and cursors can be written because their shape
// is known; the id is searched for in the same way. Should the source not take such a cursor, the walk goes on with
// the next second, and the hole says so.

// answers reports whether the source can answer with the one row at the origin.
func (e *export) answers(ctx context.Context, o origin, tries int) (bool, error) {
	_, err := e.fetch(ctx, &rest.Request{Size: rest.NewPageSize(1, 1), Tries: tries}, e.from(o))
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
func (e *export) search(ctx context.Context, low, factor int64, at func(int64) origin) (int64, error) {
	begin, high := low, low
	for step := int64(1); ; step *= factor {
		if step > math.MaxInt64/factor || high > math.MaxInt64-step {
			return 0, errUnclear
		}
		high += step
		ok, err := e.answers(ctx, at(high), 1)
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
		ok, err := e.answers(ctx, at(middle), 1)
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
	ok, err := e.answers(ctx, at(low), rest.Enough)
	if err == nil && ok {
		err = errUnclear
	}
	return high, err
}

// doneIf is the error, or nil if it is the one that is expected.
func doneIf(expected, err error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
