package zendesk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
)

// timeExport is an incremental export by start_time. A page begins with the second in which the one before ended, so rows repeat
// at the border, and next_page never ends; a second with more rows than a page can't be read to its end.
//
// https://developer.zendesk.com/documentation/ticketing/managing-tickets/using-the-incremental-export-api/#time-based-incremental-exports
var timeExport = &paging{rows: exportRows, size: "per_page", export: true, since: since[timeMark](timeForm), pager: func(s *Source, w *walk, of extract.Stream) pager {
	return &timePager{export: s.export(w, of)}
}}

// timeMark is where an export by start_time continues.
type timeMark struct {
	Since int64  `json:"since,omitempty"` // start_time, unix seconds
	Rows  int    `json:"rows,omitempty"`  // the page size that worked, if it is not the largest
	Holes []hole `json:"holes,omitempty"` // what was skipped, oldest first
	form
}

var timeForm = form{"time", 2}

func (m timeMark) position(highWater time.Time) extract.Position {
	m.form = timeForm
	return stored(m, highWater)
}

func (m timeMark) since(time.Time) int64 { return m.Since }

// timePager walks along an export by start_time, from an overlap before the place where the last walk ended: rows can come late.
type timePager struct{ export }

func (p *timePager) read(ctx context.Context, from extract.Position) error {
	m, err := readMark[timeMark](from, timeForm)
	if err != nil {
		return err
	}
	p.size = rest.NewPageSize(m.Rows, p.paging.rows)
	m.Since = p.back(origin{Since: m.Since}).Since
	l := p.filling(m.Holes, cmp.Or(m.Rows, p.paging.rows))
	for l.next(ctx) {
		next := m
		next.Holes = l.left()
		p.raise(l.page)
		if err := p.emit(l.page, next.position(p.highWater)); err != nil {
			return err
		}
	}
	if l.err != nil {
		return l.err
	}
	m.Holes = l.left()
	return p.onward(ctx, m)
}

// onward hands over the pages behind the mark, to the end of the stream.
func (p *timePager) onward(ctx context.Context, m timeMark) error {
	r, end := &rest.Request{}, &finish{export: &p.export}
	for at := m.Since - int64(p.overlap/time.Second); ; {
		at = max(at, p.begin)
		f, err := p.fetch(ctx, r, startTime(at))
		if err != nil {
			if at, err = p.recover(ctx, r, at, &m, err); err != nil {
				return p.nothing(ctx, err)
			}
			continue
		}
		p.raise(f)
		f.end = f.leads(at)
		farthest := p.farthest(f)
		here := hole{origin: origin{Since: at}, Until: f.end}
		if f.incomplete() && (farthest > m.Since || !slices.ContainsFunc(m.Holes, here.within)) {
			m.Holes = addHole(m.Holes, here)
		} // what is met again in the overlap can have its hole
		if f.passesOver() && f.end > at && end.again {
			m.Holes = p.passOver(m.Holes, here)
		}
		end.meet(f)
		m.Since, m.Rows = max(m.Since, farthest), p.rows()
		full := f.rows >= f.Asked
		if full && f.end == at && !f.ended(false) && f.Asked == r.Size.Most() { // nothing leads farther into this second
			if at >= m.Since {
				if err := p.overfull(ctx, f, at, m); err != nil {
					return err
				}
			}
			f.end = at + 1
			m.Since = max(m.Since, p.bounded(f.end))
		}
		if err := p.emit(f, m.position(p.highWater)); err != nil {
			return err
		}
		done, err := end.reached(ctx, f, f.end > at, false)
		switch {
		case done, err != nil:
			return err
		case f.end > at && !end.unsure && (end.early == nil || f.rows > 0):
			at, end.again = f.end, false
			r.Size.Release()
		case full && (r.Size.Rows() > f.Asked || r.Size.Rise()):
			r.Size.Hold() // a smaller page would end in the same second
		default:
			if err := end.ask(ctx, p.wrong("start_time %d leads to no other, and the stream does not end", at)); err != nil {
				return err
			}
		}
	}
}

// bounded is the second, or the latest that is in no doubt if that lies ahead.
func (p *timePager) bounded(second int64) int64 {
	if now := p.now(); second > now.Unix() {
		return now.Add(-lateRows).Unix()
	}
	return second
}

// farthest is the second up to which a page was read: its end_time, but no later than its rows say unless that is long
// enough ago.
func (p *timePager) farthest(f fetched) int64 {
	if f.rows == 0 {
		return 0
	}
	now := p.now()
	sure := now.Add(-lateRows).Unix()
	if !f.latest.IsZero() && !f.latest.After(now) {
		sure = max(sure, f.latest.Unix())
	}
	return min(f.end, sure)
}
