package zendesk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"desklake/extract/rest"
)

// recover returns the second with which the walk goes on after a page that did not come, or the error that ends it.
func (p *timePager) recover(ctx context.Context, r *rest.Request, at int64, m *timeMark, err error) (int64, error) {
	var unmade *rest.Poison
	if errors.As(err, &unmade) {
		if err := p.hopeless(err); err != nil {
			return at, err
		}
		at, err = p.stepOver(ctx, r, at, m)
	}
	var api *rest.APIError
	if errors.As(err, &api) && tooRecent(api) {
		earlier, ok := p.earlier(at)
		if !ok {
			return at, p.nothingYet(at, err)
		}
		return earlier, nil
	}
	return at, err
}

// stepOver returns the second to go on with behind a record that can't be answered with. In this style of
// export nothing but another second leads past it: what the second holds behind the record is skipped too.
func (p *timePager) stepOver(ctx context.Context, r *rest.Request, at int64, m *timeMark) (int64, error) {
	if healthy, err := p.healthy(ctx, p.stream); err != nil || !healthy {
		return at, err
	}
	if r.Size.Held() > 1 {
		moved, err := p.squeeze(ctx, r, at, m)
		if err != nil || moved > at {
			return max(at, moved), doneIf(errUnclear, err)
		}
	}
	second, err := p.search(ctx, at, 8, func(at int64) origin { return origin{Since: at} })
	if err != nil {
		return at, doneIf(errUnclear, err)
	}
	if second > m.Since {
		p.note(rowless("", "the source can't answer with a record: the rest of its second was skipped and is tried again in later runs",
			fmt.Sprintf("the second %d (%s)", second-1, time.Unix(second-1, 0).UTC().Format(time.RFC3339))))
		m.Holes = addHole(m.Holes, hole{origin: origin{Since: at}, Until: second})
		m.Since = second
	}
	r.Forgive()
	r.Size.Release()
	p.stepped = true
	return second, nil
}

// squeeze reads the rows that stand in front of a record that can't be answered with: the largest page that can be
// had, between one that did not lead out of its second and one that could not be made. It returns where that
// page ended.
func (p *timePager) squeeze(ctx context.Context, r *rest.Request, at int64, m *timeMark) (int64, error) {
	var best fetched
	for low, high := rest.Below(r.Size.Held()), r.Size.Held(); high-low > 1; {
		size := rest.NewPageSize(0, (low+high)/2)
		f, err := p.fetch(ctx, &rest.Request{Size: size, Tries: 1}, startTime(at))
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
	p.raise(best)
	best.end = best.leads(at)
	m.Since = max(m.Since, p.farthest(best))
	return best.end, p.emit(best, m.position(p.highWater))
}
