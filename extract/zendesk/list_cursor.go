package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"desklake/extract/rest"
)

// byCursor walks a list by cursor, from the cursor on. A record that can't be answered with can't be stepped over
// that way, so the list is walked by page number then.
func (l *listing) byCursor(ctx context.Context, q url.Values, after string, yield func(listed) error) error {
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
		f, err := l.fetch(ctx, r, parameters)
		var unmade *rest.Poison
		if errors.As(err, &unmade) {
			return l.numbered(ctx, q, yield)
		}
		if err != nil {
			return err
		}
		more, err := f.continues()
		if err != nil {
			return l.wrong("%v", err)
		}
		var moved error
		if l.paging == list {
			moved = before.pass(f, !more)
		} else if before.repeats(f) { // of these what changes meanwhile comes again, but no page does
			return l.wrong("the cursor %.80q leads to a page that was there before", after)
		}
		if broken := said.pass(f, !more, f.more != nil && more, l.endsBehind); moved == nil {
			moved = broken
		}
		if err := l.hand(f, !more && moved == nil, yield); err != nil {
			return err
		}
		if f.rows > 0 {
			empty = 0
		} else if empty++; more && empty > maxEmpty {
			return l.wrong("the cursor %.80q leads to empty pages only", after)
		}
		switch {
		case more && seen[f.after]:
			return l.wrong("the cursor %.80q was given twice, and the list does not end", f.after)
		case moved != nil, !more:
			l.rows = said.rows
			if began != "" {
				l.rows = -1
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
