package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"desklake/extract"
)

// Doubted is the error of a pass at whose end rows were missing that need not be gone, and of a stream that was read to its end
// without bringing what a table had that was lost. Its other rows are committed; none was marked as deleted.
type Doubted struct {
	Table         string
	Missing, Live int64
	Lacking       int64  // rows that one reading had, and the next one had not; zero where the readings agree
	Why           string // in what circumstances they are missing, a phrase; empty where they are too many
	Lost          bool   // the table was lost, and is read again until enough of the rows come
}

func (e *Doubted) Error() string {
	why := e.Why
	if why != "" {
		why = ", " + why
	}
	if e.Lacking > 0 {
		why = fmt.Sprintf(", and %d others were when it was read again", e.Lacking)
	}
	if e.Lost {
		return fmt.Sprintf("%s: the table was lost, and %d of the %d rows that it had are missing at the source%s", e.Table, e.Missing, e.Live, why)
	}
	return fmt.Sprintf("%s: %d of %d rows are missing at the source%s; none was marked as deleted", e.Table, e.Missing, e.Live, why)
}

// Hint says what to do.
func (e *Doubted) Hint() string {
	hint := "If they were really deleted, say so: desklake sync " + e.Table + " --accept-deletes."
	if e.Lost {
		hint = "The next run reads it again. " + hint
	}
	if e.Why != "" {
		hint = "What the user of the credential may not see is missing like what was deleted: look at the credential and the user's role. " + hint
	}
	return hint
}

// reason is that of the issue which is recorded.
func (e *Doubted) reason() string {
	switch {
	case e.Lacking > 0:
		return "the list was read twice, and the second time it lacked rows that it had before: none was marked as deleted"
	case e.Lost:
		return "the table was lost, and the source does not give all of its rows again: the next run asks for them"
	case e.Why == "":
		return "more rows are missing at the source than can be believed: none was marked as deleted"
	}
	return "rows are missing at the source, and another user may see them: none was marked as deleted"
}

// handful is how many live rows a table may have of which a list can leave out any number but all.
const handful = 5

// suspicious is a pass that is more likely an answer that was cut short than a helpdesk that was emptied: an empty list for a
// table with live rows, or one that lost more than half of more than a handful.
func suspicious(read int, missing, live int64) bool {
	return live > 0 && (read == 0 || live > handful && 2*missing > live)
}

// credentialFailed remembers that the source refused a stream of the run as a matter of the credential.
type credentialFailed struct{ stream atomic.Pointer[string] }

func (c *credentialFailed) learn(stream string, err error) {
	if errors.Is(err, extract.ErrCredentials) || errors.Is(err, extract.ErrPermission) || errors.Is(err, extract.ErrLogin) {
		c.stream.CompareAndSwap(nil, &stream)
	}
}

// believeGone returns as whom the source was read, if the rows that are missing are gone. If they need not be, the error is
// a *Doubted; of a run that is to stop, ErrStopped.
func (w *worker) believeGone(ctx context.Context, table string, missing, live int64) (readAs string, err error) {
	stream := w.credential.stream.Load()
	_, lost := w.lost[table]
	doubted := &Doubted{Table: table, Missing: missing, Live: live, Lost: lost}
	if stream != nil && !w.AcceptDeletes {
		doubted.Why = fmt.Sprintf("in a run in which %s was refused", *stream)
		return "", doubted
	}
	readAs, err = w.identify(ctx)
	before := w.stored.Reader
	switch {
	case errors.Is(err, ErrStopped):
		return "", err
	case w.AcceptDeletes:
		return readAs, nil
	case err != nil && (before != "" || errors.Is(err, extract.ErrCredentials)): // where nobody ever told, nothing speaks against it
		doubted.Why = fmt.Sprintf("which was read as %s before, and as whom now can't be told (%s)", cmp.Or(before, "somebody"), err)
	case before != "" && before != readAs:
		doubted.Why = fmt.Sprintf("which is read as %s, and was as %s before", readAs, before)
	default:
		var ok bool
		if ok, doubted.Lacking = w.believable(table, missing, live); ok {
			return readAs, nil
		}
	}
	return "", doubted
}
