package zendesk

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"desklake/extract"
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

// ratings walks the satisfaction ratings from a start_time on. The next walk begins where this one began, by
// the source's clock, less an overlap.
//
// https://developer.zendesk.com/api-reference/ticketing/ticket-management/satisfaction_ratings/#list-satisfaction-ratings
func (w *walk) ratings(ctx context.Context, m mark) error {
	if m.Began == 0 {
		m = w.newRatings(m)
	}
	if to := w.window.To; !to.IsZero() && m.Since >= to.Unix() {
		return nil
	}
	err := w.ratingsFrom(ctx, m)
	var api *APIError
	switch {
	case !errors.As(err, &api):
	case api.tooRecent():
		return nil
	case api.refusedCursor() && m.After != "": // a list's cursor need not last until the next run
		m.After = ""
		return w.ratingsFrom(ctx, m)
	}
	return err
}

// newRatings is the mark of a walk that begins. Where changes of older ratings may go unseen, those of the last weeks
// are read again each time, and all of them once a month.
func (w *walk) newRatings(m mark) mark {
	begin, overlap := w.startTime(), w.overlap
	if m.Filter != byUpdate {
		overlap = max(overlap, ratingsChange)
	}
	again := m.Filter != byUpdate && m.Next-m.Full > int64(ratingsMonth/time.Second)
	if m.Next == 0 || again {
		return mark{Since: begin, Filter: m.Filter}
	}
	return mark{Since: max(begin, m.Next-int64(overlap/time.Second)), Full: m.Full, Filter: m.Filter}
}

func (w *walk) ratingsFrom(ctx context.Context, m mark) error {
	var witness row
	return w.readings(ctx, w.between(m.Since), m.After, func(ctx context.Context, f fetched, end bool) (extract.Position, error) {
		if m.Began == 0 {
			m.Began = f.received.Unix()
		}
		if m.Full == 0 {
			m.Full = m.Began
		}
		for _, r := range f.each {
			if r.id == 0 { // the next walk begins where it can be met again
				m.Began = min(m.Began, r.created.Unix())
			}
			if r.tells(f.received) && (witness.id == 0 || r.lag() < witness.lag()) {
				witness = r
			}
		}
		if !end {
			m.After = f.after
			return m.position(w.highWater), nil
		}
		if m.Filter == "" && witness.id != 0 && w.style == ratings {
			var err error
			if m.Filter, err = w.askFilter(ctx, witness); err != nil {
				return extract.Position{}, err
			}
		}
		return mark{Next: m.Began, Full: m.Full, Filter: m.Filter}.position(w.highWater), nil
	})
}

// tells reports that it can be told from the row what start_time goes by: it changed after it was made, and long
// enough ago to be asked for.
func (r row) tells(now time.Time) bool {
	return !r.created.IsZero() && r.lag() >= 2*time.Second && now.Sub(r.updated) > 2*time.Minute
}

func (r row) lag() time.Duration { return r.updated.Sub(r.created) }

// askFilter asks for the ratings between the row's creation and its change: if there are any that are older,
// start_time does not go by created_at.
func (w *walk) askFilter(ctx context.Context, witness row) (filter, error) {
	from := witness.created.Add(time.Second)
	q := url.Values{
		"start_time": {strconv.FormatInt(from.Unix(), 10)},
		"end_time":   {strconv.FormatInt(witness.updated.Unix()+1, 10)},
	}
	f, err := w.fetch(ctx, &request{size: newPageSize(0, listRows)}, q)
	if err != nil {
		return "", err
	}
	for _, r := range f.each {
		if r.created.Before(from) {
			return byUpdate, nil
		}
	}
	if more, err := f.continues(); err != nil || more {
		return "", nil
	}
	return byCreation, nil
}
