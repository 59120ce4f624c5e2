package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"desklake/extract"
	"desklake/extract/rest"
)

// numbered walks a list by page number, of which the API gives the first 10,000 rows: enough for the lists that
// have no cursors. A record that can't be answered with is stepped over; the walk ends with an error then, at its
// end, as it can't tell whether that record still exists.
func (l *listing) numbered(ctx context.Context, q url.Values, yield func(listed) error) error {
	l.paging = numberedList
	r, missed, met, said := &rest.Request{}, 0, newPlaces(), promise{}
	var first []row
	for {
		f, err := l.fetch(ctx, r, q)
		var unmade *rest.Poison
		if errors.As(err, &unmade) {
			if err := l.hopeless(err); err != nil {
				return err
			}
			over, err := l.stepOver(ctx, q, r.RowsAhead)
			if err != nil {
				return err
			}
			if over {
				r.Forgive()
				missed++
				r.RowsAhead++
			}
			continue
		}
		if err != nil {
			return err
		}
		end := f.next == "" && (f.rows != f.Asked || f.count == f.begins()+f.rows) // a full page can have lost what leads on
		if f.next != "" && f.rows == 0 {
			return l.wrong("page number %d is empty, and the list does not end", f.Number)
		}
		whole := f.Number == 2 && !said.more && f.next == "" && f.count < 0 && sameRecords(first, f.each) // it is not given in pages
		if f.Number == 1 {
			first = f.each
		}
		end = end || whole
		moved := met.add(f)
		if broken := said.pass(f, end, f.next != "", l.endsBehind); moved == nil && f.count < 0 {
			moved = broken
		}
		switch {
		case whole:
			moved = nil
		case moved != nil || !end:
		case f.count > f.begins()+f.rows:
			moved = changed("it ended after %d of %d rows", f.begins()+f.rows, f.count)
		case missed == 0:
			if moved, err = l.moved(ctx, q, met, f.begins()); err != nil {
				return err
			}
		}
		if err := l.hand(f, end && missed == 0 && moved == nil, yield); err != nil {
			return err
		}
		switch {
		case moved != nil:
			return moved
		case end && missed > 0:
			return l.wrong("%d of the records could not be read", missed)
		case end:
			l.rows = f.begins() + f.rows
			return nil
		}
		r.RowsAhead = f.begins() + f.Asked
	}
}

// errUnreadable is met where none of the list's records can be read, and others of the source can.
var errUnreadable = errors.New("the source can't answer with any of the records")

// stepOver reports that the record behind so many rows, which can't be answered with, can be stepped over: that the one behind it
// or the first one can be answered with. If neither can, it is no matter of a record, and the walk waits where it is.
func (l *listing) stepOver(ctx context.Context, q url.Values, bad int) (over bool, err error) {
	for _, ahead := range []int{bad + 1, 0} {
		_, err := l.fetch(ctx, &rest.Request{RowsAhead: ahead, Size: rest.NewPageSize(1, 1), Tries: rest.Enough}, q)
		if err == nil {
			l.note(rowless("", "the source can't answer with this record: it was skipped and is tried again in later runs",
				fmt.Sprintf("record number %d of the list", bad+1)))
			return true, nil
		}
		if v := rest.Judge(err); v == rest.Final || v == rest.Unauthorized || errors.Is(err, extract.ErrUnreachable) {
			return false, err
		}
	}
	if l.parent == nil {
		return false, l.cost.Wait(ctx, rest.LongPause)
	}
	healthy, err := l.healthy(ctx, l.parent)
	if healthy {
		err = errUnreadable
	}
	return false, err
}
