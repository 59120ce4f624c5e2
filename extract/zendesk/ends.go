package zendesk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"desklake/extract/rest"
	"desklake/schema"
)

// What a page says of the end of its stream is believed as long as nothing speaks against it: a walk that ends too early is a
// whole one for whoever asked for it, and what of a window was not read nobody asks for again.

// ended reports that nothing is behind the page for now. Pages without end_of_stream, of older exports, are the last when
// they are not full and lead nowhere.
func (f fetched) ended(leads bool) bool {
	if f.told {
		return f.last
	}
	return f.rows < f.Asked && !leads
}

// promises reports that the page says that there is another.
func (f fetched) promises() bool { return f.told && !f.last }

// passesOver reports that the page is empty, and not the last one.
func (f fetched) passesOver() bool { return f.rows == 0 && f.promises() }

// endsEmpty reports that the page is empty, and the last one.
func (f fetched) endsEmpty() bool { return f.rows == 0 && f.ended(false) }

// unkept tells of a stream that ended with an empty page where the page before promised more. The next run goes on behind the
// last row, but nobody reads a window again of itself.
func (w *walk) unkept(f fetched) {
	const reason = "the export ended with an empty page where there was to be more: "
	switch {
	case !f.endsEmpty():
	case w.window.IsZero():
		w.note(schema.Issue{Reason: reason + "the next run asks for it again"})
	default:
		w.note(rowless("", reason+"what can be missing is read by asking for the window again", ""))
	}
}

// tooEarly is why the export is not at its end, though it says so: rows that an earlier reading met were not met yet. Where none
// are known, a window is held against what begins behind it. The error is that of a request.
func (w *walk) tooEarly(ctx context.Context) (early, err error) {
	if to := w.window.To; w.known.IsZero() && !to.IsZero() && w.now().Sub(to) > lateRows {
		f, err := w.fetch(ctx, &rest.Request{Size: rest.NewPageSize(1, w.stream.rows)}, startTime(to.Unix()))
		var api *rest.APIError
		switch {
		case errors.As(err, &api) && tooRecent(api):
		case err != nil:
			return nil, err
		case f.rows > 0 || f.promises():
			w.known = to
		}
	}
	if w.known.Unix() < w.startTime() || !w.met.Before(w.known) {
		return nil, nil
	}
	return w.wrong("it says that nothing follows, and rows of %s, which were there before, were not met", w.known.UTC().Format(time.RFC3339)), nil
}

// errNothingYet is met where reading would begin within the last minute.
var errNothingYet = errors.New("nothing to read yet")

// nothingYet is what it means that a start_time is too recent: that there is nothing to read yet. Of one that lies far back it
// can't be true, wherever the walk is.
func (w *walk) nothingYet(second int64, err error) error {
	if at := time.Unix(max(second, w.startTime()), 0).UTC(); w.now().Sub(at) > farBack {
		return fmt.Errorf("start_time %s: %w", at.Format(time.RFC3339), err)
	}
	return errNothingYet
}

// farBack is more than any clock that is believed can be wrong by.
const farBack = 7 * 24 * time.Hour

// nothing ends a walk because of errNothingYet, unless rows are known that it did not meet; any other error is returned.
func (w *walk) nothing(ctx context.Context, err error) error {
	if !errors.Is(err, errNothingYet) {
		return err
	}
	early, err := w.tooEarly(ctx)
	return cmp.Or(err, early)
}
