package zendesk

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"desklake/extract/rest"
	"desklake/schema"
)

// recover says where the walk goes on after a page that did not come, or returns the error that ends it.
func (p *cursorPager) recover(ctx context.Context, r *rest.Request, m cursorMark, err error) (cursorMark, error) {
	var api *rest.APIError
	var unmade *rest.Poison
	switch {
	case errors.As(err, &unmade):
		if err := p.hopeless(err); err != nil {
			return m, err
		}
		return p.stepOver(ctx, r, m)
	case !errors.As(err, &api):
		return m, err
	case m.After == "" && tooRecent(api):
		if since, ok := p.earlier(m.Since); ok {
			m.Since = since
			return m, nil
		}
		return m, p.nothingYet(m.Since, err)
	case refusedCursor(api) && m.After != "" && !p.fellBack:
		p.fellBack = true
		p.note(schema.Issue{Reason: "the cursor was refused: reading went on from the high-water mark less an overlap", Value: m.After})
		at, known := m.second()
		if !known {
			at = math.MaxInt64
		}
		m.origin = origin{Since: p.before(at)}
		return m, nil
	}
	return m, err
}

// stepOver returns the mark behind the record that the page at m can't be made of. If the source can't answer
// elsewhere either, it is no matter of a record: the mark stays.
func (p *cursorPager) stepOver(ctx context.Context, r *rest.Request, m cursorMark) (cursorMark, error) {
	if healthy, err := p.healthy(ctx, p.stream); err != nil || !healthy {
		return m, err
	}
	from, known := readPlace(m.After)
	switch {
	case known:
	case m.After != "":
		from.at = max(p.highWater.Unix(), p.begin) - 1 // the rows come in this order
	default:
		from.at = max(m.Since, p.begin) - 1
	}
	second, err := p.search(ctx, from.at, 8, func(at int64) origin { return origin{Since: at} })
	if err != nil {
		return m, doneIf(errUnclear, err)
	}
	second-- // the first that can be read begins behind the record's
	skipped := hole{origin: m.origin, Until: second + 1}
	next, key := origin{Since: second + 1}, ""
	if second > from.at {
		from.id = 0
	}
	id, err := p.search(ctx, from.id, 1<<10, func(id int64) origin { return origin{After: place{second, id}.cursor()} })
	var refused *rest.APIError
	switch {
	case err == nil:
		next, key = origin{After: place{second, id}.cursor()}, strconv.FormatInt(id, 10)
		skipped.Until = second
	case errors.Is(err, errUnclear):
		return m, nil
	case !errors.As(err, &refused):
		return m, err
	}
	p.note(rowless(key, "the source can't answer with this record: it was skipped and is tried again in later runs",
		fmt.Sprintf("behind the second %d, up to the second %d (%s)", from.at, second, time.Unix(second, 0).UTC().Format(time.RFC3339))))
	r.Forgive()
	p.stepped = true
	m.origin, m.Holes = next, addHole(m.Holes, skipped)
	return m, nil
}
