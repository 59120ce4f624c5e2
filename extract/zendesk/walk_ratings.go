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

// filter is what start_time of the satisfaction ratings goes by. The documentation leaves it open, so it is found
// out from a rating that changed after it was given.
type filter string

const (
	byUpdate   filter = "updated_at"
	byCreation filter = "created_at" // changes of older ratings are only seen by reading them again
)

const (
	// ratingsChange is how long a rating can change: it is offered when the ticket is solved and fixed when the ticket
	// is closed, which is at most 28 days later.
	ratingsChange = 35 * 24 * time.Hour

	ratingsMonth = 30 * 24 * time.Hour
)

// ratings walks the satisfaction ratings from a start_time on. The next walk begins at the latest change that this one
// read, but not later than this one began, less an overlap. A window is read until two readings have as many rows: nothing else
// tells that a page was not the last one, and nobody asks again.
//
// https://developer.zendesk.com/api-reference/ticketing/ticket-management/satisfaction_ratings/#list-satisfaction-ratings
func (w *walk) ratings(ctx context.Context, m mark) error {
	begun := time.Now()
	if m.Began == 0 {
		m = w.newRatings(m)
	}
	if to := w.window.To; !to.IsZero() && m.Since >= to.Unix() {
		return nil
	}
	for n, before := 0, -1; ; {
		err := w.ratingsFrom(ctx, m, begun)
		var api *rest.APIError
		switch {
		case err == nil && !w.window.IsZero() && (w.listed < 0 || w.listed != before):
			if n++; n == maxReadings {
				return w.wrong("the window was read %d times, and each time it had another number of rows", n)
			}
			before, m.After = w.listed, ""
		case !errors.As(err, &api):
			return err
		case refusedCursor(api) && m.After != "": // a list's cursor need not last until the next run
			m.After = ""
		case tooRecent(api) && m.After == "" && w.pages == 0: // else the same start_time was good before
			earlier, ok := w.earlier(m.Since)
			if !ok {
				return w.nothing(ctx, w.nothingYet(m.Since, err))
			}
			m.Since = earlier
		default:
			return err
		}
	}
}

// newRatings is the mark of a walk that begins. Where changes of older ratings may go unseen, those of the last weeks
// are read again each time, and all of them once a month.
func (w *walk) newRatings(m mark) mark {
	begin, overlap := w.startTime(), w.overlap
	next, last := m.Next, cmp.Or(m.Last, m.Next)
	if !w.highWater.IsZero() {
		next = min(next, w.highWater.Unix())
	}
	if m.Filter != byUpdate {
		overlap = max(overlap, ratingsChange)
	}
	again := m.Filter != byUpdate && (last < m.Full || last-m.Full > int64(ratingsMonth/time.Second))
	if next == 0 || again {
		return mark{Since: begin, Filter: m.Filter}
	}
	return mark{Since: max(begin, next-int64(overlap/time.Second)), Full: m.Full, Filter: m.Filter}
}

func (w *walk) ratingsFrom(ctx context.Context, m mark, begun time.Time) error {
	var witness row
	rows := 0
	return w.readings(ctx, w.between(m.Since), m.After, func(ctx context.Context, f fetched, end bool) (extract.Position, error) {
		if m.Began == 0 {
			m.Began = begun.Add(w.lag).Unix()
		}
		if m.Full == 0 {
			m.Full = m.Began
		}
		rows += f.rows
		for _, r := range f.each {
			if r.id == 0 { // the next walk begins where it can be met again
				m.Began = min(m.Began, r.created.Unix())
			}
			if r.tells(w.now()) && (witness.id == 0 || r.lag() < witness.lag()) {
				witness = r
			}
		}
		if !end || !w.window.IsZero() {
			m.After = f.after
			return m.position(w.highWater), nil
		}
		if m.Filter == "" && witness.id != 0 && w.style == ratings {
			var err error
			if m.Filter, err = w.askFilter(ctx, witness); err != nil && ctx.Err() != nil {
				return extract.Position{}, err
			} // where it can't be asked it stays unknown, and more is read again
		}
		next := mark{Last: w.now().Unix(), Full: m.Full, Filter: m.Filter}
		if !w.highWater.IsZero() {
			next.Next = min(m.Began, w.highWater.Unix())
		}
		if rows == 0 && next.Full == m.Began { // there were some before: it was no reading of all of them
			next.Full = 0
		}
		return next.position(w.highWater), nil
	})
}

// tells reports that it can be told from the row what start_time goes by: it changed after it was made, and long
// enough ago to be asked for.
func (r row) tells(now time.Time) bool {
	return !r.created.IsZero() && r.lag() >= 2*time.Second && now.Sub(r.updated) > 2*time.Minute
}

func (r row) lag() time.Duration { return r.updated.Sub(r.created) }

// askFilter asks for the ratings between the row's creation and its change: if there are any that are older,
// start_time does not go by created_at. An answer with a rating that neither was made nor changed then says nothing.
func (w *walk) askFilter(ctx context.Context, witness row) (filter, error) {
	from := witness.created.Add(time.Second)
	q := url.Values{
		"start_time": {strconv.FormatInt(from.Unix(), 10)},
		"end_time":   {strconv.FormatInt(witness.updated.Unix()+1, 10)},
	}
	f, err := w.fetch(ctx, &rest.Request{Size: rest.NewPageSize(0, listRows)}, q)
	if err != nil {
		return "", err
	}
	within := func(t time.Time) bool { return !t.Before(from) && !t.After(witness.updated.Add(time.Second)) }
	older := false
	for _, r := range f.each {
		if !within(r.created) && !within(r.updated) {
			return "", nil
		}
		older = older || !r.created.IsZero() && r.created.Before(from)
	}
	more, err := f.continues()
	switch {
	case older:
		return byUpdate, nil
	case more, err != nil:
		return "", nil
	}
	return byCreation, nil
}
