package zendesk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
	"desklake/schema"
)

// feed is a walk along a stream that begins at a start_time: an export, or the ratings.
type feed struct {
	*walk
	window  extract.Window
	begin   int64         // where it begins, unix seconds: at its window, or else at the start date
	overlap time.Duration // how much of what was read last is read again
	known   time.Time     // the latest time of a row that an earlier reading met; zero if none is known
	stepped bool          // over a record
	steps   time.Duration // that it went back last, for an earlier start_time
}

func (s *Source) feed(w *walk, of extract.Stream) feed {
	f := feed{walk: w, window: of.Window, begin: s.startTime(), overlap: s.overlap, known: of.Met}
	if !of.Window.IsZero() {
		f.begin = max(0, of.Window.From.Unix())
	}
	return f
}

func startTime(unix int64) url.Values { return url.Values{"start_time": {strconv.FormatInt(unix, 10)}} }

// earlier is a start_time for one that the source refused as too recent, if it can have been the wrong one: the first of
// a walk. Each is twice as far back.
func (f *feed) earlier(second int64) (earlier int64, ok bool) {
	if f.delivered > 0 || f.stepped || second <= f.begin {
		return second, false
	}
	f.steps = max(2*f.steps, lateRows)
	return max(f.begin, second-int64(f.steps/time.Second)), true
}

// errNothingYet is met where reading would begin within the last minute.
var errNothingYet = errors.New("nothing to read yet")

// farBack is more than any clock that is believed can be wrong by.
const farBack = 7 * 24 * time.Hour

// nothingYet is what it means that a start_time is too recent: that there is nothing to read yet. Of one that lies far back it
// can't be true, wherever the walk is.
func (f *feed) nothingYet(second int64, err error) error {
	if at := time.Unix(max(second, f.begin), 0).UTC(); f.now().Sub(at) > farBack {
		return fmt.Errorf("start_time %s: %w", at.Format(time.RFC3339), err)
	}
	return errNothingYet
}

// nothing ends a walk because of errNothingYet, unless rows are known that it did not meet; any other error is returned.
func (f *feed) nothing(ctx context.Context, err error) error {
	if !errors.Is(err, errNothingYet) {
		return err
	}
	early, err := f.tooEarly(ctx)
	return cmp.Or(err, early)
}

// tooEarly is why the stream is not at its end, though it says so: rows that an earlier reading met are there, and were not met
// yet. Where none are known, a window is held against what begins behind it. The latest rows can have been deleted for good; that all
// were, nobody believes at once. The error is that of a request.
func (f *feed) tooEarly(ctx context.Context) (early, err error) {
	at := f.known
	if to := f.window.To; at.IsZero() && !to.IsZero() && f.now().Sub(to) > lateRows {
		at = to
	}
	if at.Unix() < f.begin || !f.met.Before(at) {
		return nil, nil
	}
	there, err := f.goesOn(ctx, at)
	switch second := at.UTC().Format(time.RFC3339); {
	case err != nil:
		return nil, err
	case there:
		return f.wrong("it says that nothing follows, and rows of %s, which were there before, were not met", second), nil
	case f.known.IsZero():
	case f.met.IsZero():
		return f.emptied(second), nil
	default:
		f.note(schema.Issue{Reason: "the latest rows that were there before are gone from the export: they were deleted for good, or the account was restored from a backup", Value: second})
		f.known = time.Time{}
	}
	return nil, nil
}

// goesOn reports that there are rows from a time on.
func (f *feed) goesOn(ctx context.Context, at time.Time) (bool, error) {
	page, err := f.fetch(ctx, &rest.Request{Size: rest.NewPageSize(1, f.stream.paging.rows)}, startTime(at.Unix()))
	var api *rest.APIError
	if errors.As(err, &api) && tooRecent(api) {
		return false, nil
	}
	return err == nil && (page.rows > 0 || page.promises()), err
}

// emptied is the error of a stream that had rows up to a time, and has none at all.
func (f *feed) emptied(second string) error {
	err := f.client.API().Theirs(f.wrong("it has no rows at all, and had some up to %s", second))
	var failure *extract.Failure
	if errors.As(err, &failure) {
		failure.Advice = "if all of it was deleted there, say so: desklake sync " + f.tables[0].Name + " --accept-deletes. If not, " + failure.Advice
	}
	return err
}
