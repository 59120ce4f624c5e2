package zendesk

import (
	"cmp"
	"context"

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

// finish judges what the pages of an export say of its end. It is told of each page with meet before the page is handed over, and
// asked with reached behind that.
type finish struct {
	*export
	promised bool  // the page before said that it is not the last
	again    bool  // a page was asked for once more: what comes now is believed
	unsure   bool  // the page that was met last is to be asked for once more
	early    error // why it can't be the last one, as it says; nil if it can be
}

// meet takes a page. An empty one is not believed at once if it is not the last, or if it is, where there was to be more.
func (e *finish) meet(f fetched) {
	e.unsure = !e.again && (f.passesOver() || f.endsEmpty() && e.promised)
	if e.promised && !e.unsure {
		e.unkept(f)
	}
	e.promised = f.promises() || e.unsure
}

// unkept tells of a stream that ended with an empty page where the page before promised more. The next run goes on behind the
// last row, but nobody reads a window again of itself.
func (e *finish) unkept(f fetched) {
	const reason = "the export ended with an empty page where there was to be more: "
	switch {
	case !f.endsEmpty():
	case e.window.IsZero():
		e.note(schema.Issue{Reason: reason + "the next run asks for it again"})
	default:
		e.note(rowless("", reason+"what can be missing is read by asking for the window again", ""))
	}
}

// reached reports that the walk is at its end behind the page; leads says that the page leads on, stale that it is an earlier
// answer, which says nothing of the end.
func (e *finish) reached(ctx context.Context, f fetched, leads, stale bool) (done bool, err error) {
	e.early = nil
	switch {
	case e.past(f):
		return true, nil
	case stale, e.unsure, !f.ended(leads && f.rows > 0):
		return false, nil
	}
	e.early, err = e.tooEarly(ctx)
	return err == nil && e.early == nil, err
}

// ask waits until the page is asked for once more. Where it was before, it returns why the walk can't go on.
func (e *finish) ask(ctx context.Context, why error) error {
	if e.again {
		return cmp.Or(e.early, why)
	}
	e.again = true
	return e.cost.Wait(ctx, rest.FirstPause)
}
