package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"desklake/schema"
)

// missed reports that the pass did not meet rows that would be marked as gone. A list can be in an order that changes while it
// is read, and a row that moves in front of what was read is not met though it is there: what one reading missed is gone only
// if a second one, in the same transaction, misses it too. A list of which nothing is missing is read once.
func (w *worker) missed(ctx context.Context) (again bool, err error) {
	if err := w.begin(ctx); err != nil {
		return false, err
	}
	for _, t := range w.stream.Tables {
		missing, _, err := w.lacks(ctx, t)
		if err != nil {
			return false, err
		}
		w.missing[t.Name] = missing
		again = again || missing > 0 && w.noRow[t.Name] == 0
	}
	return again, nil
}

// finishPass marks the rows that the complete pass did not meet, unless that can't be right or can't be told.
func (w *worker) finishPass(ctx context.Context) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	var refused error
	whole, readAs := true, w.readAs
	for _, t := range w.stream.Tables {
		missing, live, err := w.lacks(ctx, t)
		if err != nil {
			return err
		}
		if missing == 0 {
			delete(w.lost, t.Name)
			continue
		}
		whole = false
		figures := fmt.Sprintf("%d of %d rows", missing, live)
		if w.noRow[t.Name] > 0 {
			w.note(t.Name, "rows are missing at the source, but records without a row may be theirs: none was marked as deleted", figures)
			continue
		}
		as, err := w.believeGone(ctx, t.Name, missing, live)
		var doubted *Doubted
		switch {
		case errors.As(err, &doubted):
			w.note(t.Name, doubted.reason(), figures)
		case err == nil:
			readAs = as
			delete(w.lost, t.Name)
			if err := w.tx.MarkMissing(ctx, t, learnt(w.pending.at)); err != nil {
				return &SinkError{err}
			}
		}
		refused = errors.Join(refused, err)
	}
	switch {
	case refused != nil: // as whom it was read stays what it was when nothing was missing
		w.pending.load.Outcome, w.pending.load.Error = w.outcome(refused)
	case whole:
		w.readAs = w.readBy(ctx)
	default:
		w.readAs = readAs
	}
	return errors.Join(w.commit(ctx), refused)
}

// lacks counts the rows of a table that the pass did not meet, and all that there were. Of a table that was lost it is only known
// how many there were.
func (w *worker) lacks(ctx context.Context, t *schema.Table) (missing, live int64, err error) {
	if missing, live, err = w.tx.Missing(ctx, t); err != nil {
		return 0, 0, &SinkError{err}
	}
	if had := w.lost[t.Name]; had > live {
		missing, live = max(missing, had-w.distinct(t.Name)), had
	}
	return missing, live, nil
}

// oldest is the earliest time that a clock is believed to show.
var oldest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// learnt is when it was learnt that rows are gone: at that time by the source's clock, where it can be true.
func learnt(at time.Time) time.Time {
	if now := time.Now().UTC(); at.Before(oldest) || at.After(now) {
		return now
	}
	return at
}

// NoRows is the error of a stream that was read to its end, and had records that can't have a row.
type NoRows struct {
	Stream  string
	Records int64
	Window  bool // they are a window's
}

func (e *NoRows) Error() string {
	if e.Records == 1 {
		return e.Stream + ": a record of the source has no row"
	}
	return fmt.Sprintf("%s: %d records of the source have no row", e.Stream, e.Records)
}

// Hint says where they are.
func (e *NoRows) Hint() string {
	hint := "desklake.issues has each with its reason. The rows of all others are there."
	if e.Window {
		hint += " The same backfill asks for them again."
	}
	return hint
}

// noRows is how many records of the stream can't have a row: those of the table that lacks the most.
func (w *worker) noRows() (most int64) {
	for _, n := range w.noRow {
		most = max(most, n)
	}
	return most
}
