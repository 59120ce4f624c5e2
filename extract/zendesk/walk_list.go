package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"desklake/extract"
	"desklake/extract/rest"
)

// A walk along a list either meets every row or ends with an error, as far as the pages can tell: what two walks did not meet
// counts as gone. A reading that contradicts itself is not believed, and the list is read again. Rows that were deleted in
// between were handed over by the earlier reading: they stay live until the next walk.
//
// https://developer.zendesk.com/api-reference/introduction/pagination/

const (
	maxEmpty    = 10 // pages without a row that may follow each other in front of the end
	maxReadings = 5  // of a list that moves each time
)

// behindPage returns the position behind a page of a list; end says that the page is the last one.
type behindPage func(ctx context.Context, f fetched, end bool) (extract.Position, error)

// list walks a whole list.
func (w *walk) list(ctx context.Context) error {
	return w.readings(ctx, nil, "", func(context.Context, fetched, bool) (extract.Position, error) {
		return extract.Position{HighWater: w.highWater}, nil
	})
}

// readings walks a list, by cursor where the endpoint can, until a reading of it does not contradict itself. That records moved
// on from page to page is none: what one of two readings missed, the other met.
func (w *walk) readings(ctx context.Context, q url.Values, after string, next behindPage) error {
	w.endsBehind = 0
	for n, twice := 1, false; ; n++ {
		var err error
		if w.style == numberedList {
			err = w.numbered(ctx, q, next)
		} else {
			err = w.byCursor(ctx, q, after, next)
		}
		var moved *movedError
		switch {
		case !errors.As(err, &moved):
			return err
		case moved.twice && twice:
			return nil
		case n == maxReadings:
			return &extract.Failure{Kind: extract.ErrAnswer, Err: fmt.Errorf("GET %s: the list was read %d times, and each time it changed meanwhile: %w", w.stream.endpoint, n, err),
				Advice: "nothing was marked as deleted, and nothing that was read is lost; the next run asks again, best while fewer changes are made. " + w.client.API().TellSupport()}
		}
		twice, after = twice || moved.twice, ""
		w.expect(moved.empty)
		w.log.Info("list read again", "stream", w.stream.name, "err", err)
		if err := w.cost.Wait(ctx, rest.FirstPause<<(n-1)); err != nil {
			return err
		}
	}
}

// byCursor walks a list by cursor, from the cursor on. A record that can't be answered with can't be stepped over
// that way, so the list is walked by page number then.
func (w *walk) byCursor(ctx context.Context, q url.Values, after string, next behindPage) error {
	r, seen, empty, began := &rest.Request{}, map[string]bool{}, 0, after
	said, before := promise{more: after != "", short: after != ""}, border{}
	for {
		parameters := url.Values{}
		for name, value := range q {
			parameters[name] = value
		}
		if after != "" {
			parameters.Set("page[after]", after)
		}
		f, err := w.fetch(ctx, r, parameters)
		var unmade *rest.Poison
		if errors.As(err, &unmade) {
			return w.numbered(ctx, q, next)
		}
		if err != nil {
			return err
		}
		more, err := f.continues()
		if err != nil {
			return w.wrong("%v", err)
		}
		var moved error
		if w.style == list {
			moved = before.pass(f, !more)
		} else if before.repeats(f) { // of these what changes meanwhile comes again, but no page does
			return w.wrong("the cursor %.80q leads to a page that was there before", after)
		}
		if broken := said.pass(f, !more, f.more != nil && more, w.endsBehind); moved == nil {
			moved = broken
		}
		if err := w.emitList(ctx, f, next, !more && moved == nil); err != nil {
			return err
		}
		if f.rows > 0 {
			empty = 0
		} else if empty++; more && empty > maxEmpty {
			return w.wrong("the cursor %.80q leads to empty pages only", after)
		}
		switch {
		case more && seen[f.after]:
			return w.wrong("the cursor %.80q was given twice, and the list does not end", f.after)
		case moved != nil, !more:
			w.listed = said.rows
			if began != "" {
				w.listed = -1
			}
			return moved
		}
		seen[f.after], after = true, f.after
	}
}

// continues reports whether there is another page. Where the page does not say it, what leads on counts; a list that is given
// whole has nothing of the kind.
func (f fetched) continues() (bool, error) {
	switch {
	case f.more != nil && *f.more && f.after == "":
		return false, errors.New("there is more, but no cursor that leads there")
	case f.more != nil:
		return *f.more, nil
	case f.after != "" && (f.rows > 0 || f.link != ""):
		return true, nil
	case f.next != "" || f.link != "":
		return false, errors.New("the list is not given by cursor, and this is not all of it")
	case f.unclear:
		return false, errors.New("what the answer says about more rows is nothing that is known")
	case f.count > f.rows:
		return false, fmt.Errorf("the answer has %d of %d rows and does not lead to the others", f.rows, f.count)
	case f.rows == f.Asked && f.count != f.rows:
		return false, errors.New("the answer is full and does not say whether there is more")
	}
	return false, nil
}

// numbered walks a list by page number, of which the API gives the first 10,000 rows: enough for the lists that
// have no cursors. A record that can't be answered with is stepped over; the walk ends with an error then, at its
// end, as it can't tell whether that record still exists.
func (w *walk) numbered(ctx context.Context, q url.Values, next behindPage) error {
	w.style, w.offset = numberedList, 0
	r, missed, met, said := &rest.Request{}, 0, newPlaces(), promise{}
	var first []row
	for {
		f, err := w.fetch(ctx, r, q)
		var unmade *rest.Poison
		if errors.As(err, &unmade) {
			if err := w.hopeless(err); err != nil {
				return err
			}
			over, err := w.stepOverNumber(ctx, q)
			if err != nil {
				return err
			}
			if over {
				r.Forgive()
				missed++
			}
			continue
		}
		if err != nil {
			return err
		}
		end := f.next == "" && (f.rows != f.Asked || f.count == f.begins()+f.rows) // a full page can have lost what leads on
		if f.next != "" && f.rows == 0 {
			return w.wrong("page number %d is empty, and the list does not end", f.Number)
		}
		whole := f.Number == 2 && !said.more && f.next == "" && f.count < 0 && sameRecords(first, f.each) // it is not given in pages
		if f.Number == 1 {
			first = f.each
		}
		end = end || whole
		moved := met.add(f)
		if broken := said.pass(f, end, f.next != "", w.endsBehind); moved == nil && f.count < 0 {
			moved = broken
		}
		switch {
		case whole:
			moved = nil
		case moved != nil || !end:
		case f.count > f.begins()+f.rows:
			moved = changed("it ended after %d of %d rows", f.begins()+f.rows, f.count)
		case missed == 0:
			if moved, err = w.moved(ctx, q, met, f.begins()); err != nil {
				return err
			}
		}
		if err := w.emitList(ctx, f, next, end && missed == 0 && moved == nil); err != nil {
			return err
		}
		switch {
		case moved != nil:
			return moved
		case end && missed > 0:
			return w.wrong("%d of the records could not be read", missed)
		case end:
			w.listed = f.begins() + f.rows
			return nil
		}
		w.offset = f.begins() + f.Asked
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
		_, err := w.fetch(ctx, &rest.Request{Size: rest.NewPageSize(1, 1), Tries: rest.Enough}, q)
		if err == nil {
			w.offset = bad + 1
			w.note(rowless("", "the source can't answer with this record: it was skipped and is tried again in later runs",
				fmt.Sprintf("record number %d of the list", bad+1)))
			return true, nil
		}
		if v := rest.Judge(err); v == rest.Final || v == rest.Unauthorized || errors.Is(err, extract.ErrUnreachable) {
			return false, err
		}
	}
	w.offset = bad
	if w.parent == nil {
		return false, w.cost.Wait(ctx, rest.LongPause)
	}
	healthy, err := w.healthy(ctx)
	if healthy {
		err = errUnreadable
	}
	return false, err
}
