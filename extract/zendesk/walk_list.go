package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"desklake/extract"
)

// A walk along a list either meets every row or ends with an error: what it did not meet counts as gone.
//
// https://developer.zendesk.com/api-reference/introduction/pagination/

// maxEmpty is how many pages without a row may follow each other in front of the end.
const maxEmpty = 10

// behindPage returns the position behind a page of a list; end says that the page is the last one.
type behindPage func(ctx context.Context, f fetched, end bool) (extract.Position, error)

// list walks a whole list, by cursor where the endpoint can.
func (w *walk) list(ctx context.Context) error {
	here := func(context.Context, fetched, bool) (extract.Position, error) {
		return extract.Position{HighWater: w.highWater}, nil
	}
	if w.style == numberedList {
		return w.numbered(ctx, nil, here)
	}
	return w.byCursor(ctx, nil, "", here)
}

// byCursor walks a list by cursor, from the cursor on. A record that can't be answered with can't be stepped over
// that way, so the list is walked by page number then.
func (w *walk) byCursor(ctx context.Context, q url.Values, after string, next behindPage) error {
	r, seen, empty := &request{}, map[string]bool{}, 0
	for {
		parameters := url.Values{}
		for name, value := range q {
			parameters[name] = value
		}
		if after != "" {
			parameters.Set("page[after]", after)
		}
		f, err := w.fetch(ctx, r, parameters)
		var unmade *poison
		if errors.As(err, &unmade) {
			return w.numbered(ctx, q, next)
		}
		if err != nil {
			return err
		}
		more, err := f.continues()
		if err != nil {
			return err
		}
		if err := w.emitList(ctx, f, next, !more); err != nil {
			return err
		}
		if !more {
			return nil
		}
		if f.rows > 0 {
			empty = 0
		} else if empty++; empty > maxEmpty {
			return fmt.Errorf("the cursor %q leads to empty pages only", after)
		}
		if seen[f.after] {
			return fmt.Errorf("the cursor %q was given twice, and the list does not end", f.after)
		}
		seen[f.after], after = true, f.after
	}
}

// continues reports whether there is another page.
func (f fetched) continues() (bool, error) {
	switch {
	case f.more == nil && f.next != "":
		return false, errors.New("the list is not given by cursor, and this is not all of it")
	case f.more == nil && f.count > f.rows:
		return false, fmt.Errorf("the answer has %d of %d rows and does not lead to the others", f.rows, f.count)
	case f.more == nil:
		return false, nil // given whole
	case *f.more && f.after == "":
		return false, errors.New("there is more, but no cursor that leads there")
	}
	return *f.more, nil
}

// numbered walks a list by page number, of which the API gives the first 10,000 rows: enough for the lists that
// have no cursors. A record that can't be answered with is stepped over; the walk ends with an error then, at its
// end, as it can't tell whether that record still exists.
func (w *walk) numbered(ctx context.Context, q url.Values, next behindPage) error {
	w.style, w.offset = numberedList, 0
	r, missed := &request{}, 0
	for {
		f, err := w.fetch(ctx, r, q)
		var unmade *poison
		if errors.As(err, &unmade) {
			if err := w.hopeless(err); err != nil {
				return err
			}
			over, err := w.stepOverNumber(ctx, q)
			if err != nil {
				return err
			}
			if over {
				r.trouble = trouble{}
				missed++
			}
			continue
		}
		if err != nil {
			return err
		}
		end, met := f.next == "", (f.page-1)*f.asked+f.rows
		switch {
		case end && f.count > met:
			return fmt.Errorf("the list ends after %d of %d rows", met, f.count)
		case !end && f.rows == 0:
			return fmt.Errorf("page number %d is empty, and the list does not end", f.page)
		}
		if err := w.emitList(ctx, f, next, end && missed == 0); err != nil {
			return err
		}
		if end && missed > 0 {
			return fmt.Errorf("%d of the records could not be read", missed)
		}
		if end {
			return nil
		}
		w.offset = f.page * f.asked
	}
}

func (w *walk) emitList(ctx context.Context, f fetched, next behindPage, end bool) error {
	w.raise(f)
	position, err := next(ctx, f, end)
	if err != nil {
		return err
	}
	return w.emit(f, position)
}

// errUnreadable is met where none of the list's records can be read, and others of the source can.
var errUnreadable = errors.New("the source can't answer with any of the records")

// stepOverNumber goes behind the record that can't be answered with, if the one behind it or the first one can
// be. If neither can, it is no matter of a record, and the walk waits where it is.
func (w *walk) stepOverNumber(ctx context.Context, q url.Values) (over bool, err error) {
	bad := w.offset
	for _, w.offset = range []int{bad + 1, 0} {
		_, err := w.fetch(ctx, &request{size: newPageSize(1, 1), tries: enough}, q)
		if err == nil {
			w.offset = bad + 1
			w.note("", "the source can't answer with this record: it was skipped and is tried again in later runs",
				fmt.Sprintf("record number %d of the list", bad+1))
			return true, nil
		}
		if v := judge(err); v == final || v == login || errors.Is(err, extract.ErrUnreachable) {
			return false, err
		}
	}
	w.offset = bad
	if w.parent == nil {
		return false, w.cost.wait(ctx, longPause)
	}
	healthy, err := w.healthy(ctx)
	if healthy {
		err = errUnreadable
	}
	return false, err
}
