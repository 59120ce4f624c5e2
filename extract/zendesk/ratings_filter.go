package zendesk

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"desklake/extract/rest"
)

// filter is what start_time of the satisfaction ratings goes by. The documentation leaves it open, so it is found
// out from a rating that changed after it was given.
type filter string

const (
	byUpdate   filter = "updated_at"
	byCreation filter = "created_at" // changes of older ratings are only seen by reading them again
)

// tells reports that it can be told from the row what start_time goes by: it changed after it was made, and long
// enough ago to be asked for.
func (r row) tells(now time.Time) bool {
	return !r.created.IsZero() && r.lag() >= 2*time.Second && now.Sub(r.updated) > 2*time.Minute
}

func (r row) lag() time.Duration { return r.updated.Sub(r.created) }

// askFilter asks for the ratings between the row's creation and its change: if there are any that are older,
// start_time does not go by created_at. An answer with a rating that neither was made nor changed then says nothing.
func (p *ratingsPager) askFilter(ctx context.Context, witness row) (filter, error) {
	from := witness.created.Add(time.Second)
	q := url.Values{
		"start_time": {strconv.FormatInt(from.Unix(), 10)},
		"end_time":   {strconv.FormatInt(witness.updated.Unix()+1, 10)},
	}
	f, err := p.fetch(ctx, &rest.Request{Size: rest.NewPageSize(0, listRows)}, q)
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
