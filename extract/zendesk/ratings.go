package zendesk

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
)

// ratings is the list of satisfaction ratings, by cursor, from a start_time on. The next walk begins at the latest change that
// this one read, but not later than this one began, less an overlap.
//
// https://developer.zendesk.com/api-reference/ticketing/ticket-management/satisfaction_ratings/#list-satisfaction-ratings
var ratings = &paging{rows: listRows, size: "page[size]", since: since[ratingsMark](ratingsForm), pager: func(s *Source, w *walk, of extract.Stream) pager {
	return &ratingsPager{feed: s.feed(w, of), listing: listing{walk: w}}
}}

// ratingsMark is where the ratings continue: within a walk that is under way, or behind the last one.
type ratingsMark struct {
	After  string `json:"after,omitempty"`  // cursor of the list that is being read
	Since  int64  `json:"since,omitempty"`  // start_time of the walk that is under way, unix seconds
	Began  int64  `json:"began,omitempty"`  // when the walk that is under way began, or a rating without an id was made: Next is not later
	Next   int64  `json:"next,omitempty"`   // the latest change that was read: the next walk reads from there
	Last   int64  `json:"last,omitempty"`   // when the last whole walk ended
	Full   int64  `json:"full,omitempty"`   // when the last walk from the start date began
	Filter filter `json:"filter,omitempty"` // what start_time goes by
	form
}

var ratingsForm = form{"ratings", 2}

func (m ratingsMark) position(highWater time.Time) extract.Position {
	m.form = ratingsForm
	return stored(m, highWater)
}

func (m ratingsMark) since(highWater time.Time) int64 {
	return cmp.Or(max(0, m.Next), origin{After: m.After, Since: m.Since}.since(highWater))
}

const (
	// ratingsChange is how long a rating can change: it is offered when the ticket is solved and fixed when the ticket
	// is closed, which is at most 28 days later.
	ratingsChange = 35 * 24 * time.Hour

	ratingsMonth = 30 * 24 * time.Hour
)

// ratingsPager walks along the ratings. A window is read until two readings have as many rows: nothing else tells that a page was
// not the last one, and nobody asks again.
type ratingsPager struct {
	feed
	listing listing
}

func (p *ratingsPager) read(ctx context.Context, from extract.Position) error {
	m, err := readMark[ratingsMark](from, ratingsForm)
	if err != nil {
		return err
	}
	begun := time.Now()
	if m.Began == 0 {
		m = p.begins(m)
	}
	if to := p.window.To; !to.IsZero() && m.Since >= to.Unix() {
		return nil
	}
	for n, before := 0, -1; ; {
		err := p.reading(ctx, m, begun)
		var api *rest.APIError
		switch {
		case err == nil && !p.window.IsZero() && (p.listing.rows < 0 || p.listing.rows != before):
			if n++; n == maxReadings {
				return p.wrong("the window was read %d times, and each time it had another number of rows", n)
			}
			before, m.After = p.listing.rows, ""
		case !errors.As(err, &api):
			return err
		case refusedCursor(api) && m.After != "": // a list's cursor need not last until the next run
			m.After = ""
		case tooRecent(api) && m.After == "" && p.delivered == 0: // else the same start_time was good before
			earlier, ok := p.earlier(m.Since)
			if !ok {
				return p.nothing(ctx, p.nothingYet(m.Since, err))
			}
			m.Since = earlier
		default:
			return err
		}
	}
}

// begins is the mark of a walk that begins behind the last one. Where changes of older ratings may go unseen, those of the last
// weeks are read again each time, and all of them once a month.
func (p *ratingsPager) begins(m ratingsMark) ratingsMark {
	overlap := p.overlap
	next, last := m.Next, cmp.Or(m.Last, m.Next)
	if !p.highWater.IsZero() {
		next = min(next, p.highWater.Unix())
	}
	if m.Filter != byUpdate {
		overlap = max(overlap, ratingsChange)
	}
	again := m.Filter != byUpdate && (last < m.Full || last-m.Full > int64(ratingsMonth/time.Second))
	if next == 0 || again {
		return ratingsMark{Since: p.begin, Filter: m.Filter}
	}
	return ratingsMark{Since: max(p.begin, next-int64(overlap/time.Second)), Full: m.Full, Filter: m.Filter}
}

// reading reads the list from the mark on, for a walk that began at a time.
func (p *ratingsPager) reading(ctx context.Context, m ratingsMark, begun time.Time) error {
	var witness row
	rows := 0
	for page, err := range p.listing.pages(ctx, p.between(m.Since), m.After) {
		if err != nil {
			return err
		}
		if m.Began == 0 {
			m.Began = begun.Add(p.lag).Unix()
		}
		if m.Full == 0 {
			m.Full = m.Began
		}
		rows += page.rows
		for _, r := range page.each {
			if r.id == 0 { // the next walk begins where it can be met again
				m.Began = min(m.Began, r.created.Unix())
			}
			if r.tells(p.now()) && (witness.id == 0 || r.lag() < witness.lag()) {
				witness = r
			}
		}
		m.After = page.after
		next := m
		if page.end && p.window.IsZero() {
			if next, err = p.behind(ctx, m, rows, witness); err != nil {
				return err
			}
		}
		if err := p.emit(page.fetched, next.position(p.highWater)); err != nil {
			return err
		}
	}
	return nil
}

// behind is the mark behind a walk that met so many rows.
func (p *ratingsPager) behind(ctx context.Context, m ratingsMark, rows int, witness row) (next ratingsMark, err error) {
	if m.Filter == "" && witness.id != 0 && p.paging == ratings {
		if m.Filter, err = p.askFilter(ctx, witness); err != nil && ctx.Err() != nil {
			return m, err
		} // where it can't be asked it stays unknown, and more is read again
	}
	next = ratingsMark{Last: p.now().Unix(), Full: m.Full, Filter: m.Filter}
	if !p.highWater.IsZero() {
		next.Next = min(m.Began, p.highWater.Unix())
	}
	if rows == 0 && next.Full == m.Began { // there were some before: it was no reading of all of them
		next.Full = 0
	}
	return next, nil
}

// between are the parameters of the list from a start_time on, to the end of the window.
func (p *ratingsPager) between(start int64) url.Values {
	q := startTime(start)
	if !p.window.To.IsZero() {
		q.Set("end_time", strconv.FormatInt(p.window.To.Unix(), 10))
	}
	return q
}
