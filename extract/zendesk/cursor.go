package zendesk

import (
	"context"
	"iter"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
)

// cursorExport is an incremental export by cursor. No row is repeated at the border of pages; one that changes again comes again
// later.
//
// https://developer.zendesk.com/documentation/ticketing/managing-tickets/using-the-incremental-export-api/#cursor-based-incremental-exports
var cursorExport = &paging{rows: exportRows, size: "per_page", export: true, since: since[cursorMark](cursorForm), pager: func(s *Source, w *walk, of extract.Stream) pager {
	return &cursorPager{export: s.export(w, of)}
}}

// cursorMark is where an export by cursor continues.
type cursorMark struct {
	origin
	Rows    int    `json:"rows,omitempty"`    // the page size that worked, if it is not the largest
	Holes   []hole `json:"holes,omitempty"`   // what was skipped, oldest first
	Metrics bool   `json:"metrics,omitempty"` // tickets: some came with their metrics
	form
}

var cursorForm = form{"cursor", 2}

func (m cursorMark) position(highWater time.Time) extract.Position {
	m.form = cursorForm
	return stored(m, highWater)
}

// cursorPager walks along an export by cursor.
type cursorPager struct {
	export
	fellBack bool  // from a refused cursor to the high-water mark
	bare     *hole // where tickets came without metrics, before any came with them; nil if none did
}

func (p *cursorPager) read(ctx context.Context, from extract.Position) error {
	m, err := readMark[cursorMark](from, cursorForm)
	if err != nil {
		return err
	}
	for page, err := range p.pages(ctx, m) {
		if err != nil {
			return err
		}
		p.raise(page.fetched)
		if err := p.emit(page.fetched, page.next.position(p.highWater)); err != nil {
			return err
		}
	}
	return nil
}

// cursorPage is a page of an export by cursor, with what is stored in front of it and behind it.
type cursorPage struct {
	fetched
	before, next cursorMark
}

// pages are those behind the mark, with those that holes are filled from in front of them. Each has to raise the high-water mark
// before the next is asked for.
func (p *cursorPager) pages(ctx context.Context, m cursorMark) iter.Seq2[cursorPage, error] {
	return sequence(func(yield func(cursorPage) error) error {
		p.size = rest.NewPageSize(m.Rows, p.paging.rows)
		m.origin = p.back(m.origin)
		l := p.filling(m.Holes, 1)
		for l.next(ctx) {
			next := m
			next.Holes = l.left()
			if err := yield(cursorPage{l.page, m, next}); err != nil {
				return err
			}
		}
		if l.err != nil {
			return l.err
		}
		m.Holes = l.left()
		return p.onward(ctx, m, yield)
	})
}

const (
	maxSeen  = 3  // how often a walk may meet a cursor: rows that change meanwhile can bring one again
	maxEmpty = 10 // pages without a row that may follow each other in front of the end
)

// onward hands up the pages behind the mark, to the end of the stream.
func (p *cursorPager) onward(ctx context.Context, m cursorMark, yield func(cursorPage) error) error {
	r, kept := &rest.Request{}, m // which is what is stored of m
	seen := map[string]int{}      // cursors that can't be read can lead in a circle
	end := &finish{export: &p.export}
	for empty := 0; ; {
		f, err := p.fetch(ctx, r, p.from(m.origin))
		if err != nil {
			if m, err = p.recover(ctx, r, m, err); err != nil {
				return p.nothing(ctx, err)
			}
			if at, known := m.second(); known && at <= p.now().Unix() {
				kept = m
			} else {
				kept.Holes = m.Holes
			}
			continue
		}
		if !end.again || !f.passesOver() {
			p.follow(&f, m.origin)
		}
		if f.passesOver() && !end.again {
			f.after = "" // it is asked for again before the walk goes on behind it
		}
		next := m
		if f.after != "" { // a poll with nothing new has none, or none that is followed: the old one stays good
			next.origin = origin{After: f.after}
		}
		next.Rows = p.rows()
		here := hole{origin: m.origin, Until: f.reached()}
		if f.incomplete() {
			next.Holes = addHole(next.Holes, here)
		}
		moved := f.after != "" && behind(f.after, m.After)
		if moved && f.passesOver() {
			next.Holes = p.passOver(next.Holes, here)
		}
		p.metrics(f, m, &next)
		end.meet(f)
		before := kept
		kept = p.keep(before, next, f)
		if err := yield(cursorPage{f, before, kept}); err != nil {
			return err
		}
		if _, readable := readPlace(f.after); moved && !readable {
			if seen[f.after]++; seen[f.after] > maxSeen {
				return p.wrong("the cursor %.80q was given again and again, and the stream does not end", f.after)
			}
		}
		stale := f.rows > 0 && f.after != "" && !moved // what stands behind a place leads behind it
		done, err := end.reached(ctx, f, moved, stale)
		switch {
		case done, err != nil:
			return err
		case moved && f.rows > 0:
			end.again, empty = false, 0
		case moved && empty < maxEmpty:
			empty++
		case stale:
			err = end.ask(ctx, p.wrong("the rows behind the cursor %.80q do not lead behind it: they are those of an earlier answer", m.After))
		default:
			err = end.ask(ctx, p.wrong("the cursor %.80q does not move, and the stream does not end", m.After))
		}
		if err != nil {
			return err
		}
		m = next
	}
}

// keep returns what is stored of the mark next, behind the page f, if kept is what was stored before it.
func (p *cursorPager) keep(kept, next cursorMark, f fetched) cursorMark {
	to, known := readPlace(f.after)
	switch {
	case f.after == "": // the walk stays where it is
	case known && to.at <= p.now().Unix(), !known && !f.latest.After(p.now()):
		return next
	}
	next.origin = kept.origin
	at, known := kept.second()
	if sure := p.now().Add(-lateRows).Unix(); known && f.after != "" && sure > at {
		next.origin = origin{Since: sure}
	}
	return next
}
