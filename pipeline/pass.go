package pipeline

import (
	"context"
	"errors"
	"fmt"
)

// missed reports that the pass did not meet rows that would be marked as gone. A list can be in an order that changes while it
// is read, and a row that moves in front of what was read is not met though it is there: what one reading missed is gone only
// if a second one, in the same transaction, misses it too. A list of which nothing is missing is read once.
func (w *worker) missed(ctx context.Context) (bool, error) {
	if err := w.begin(ctx); err != nil {
		return false, err
	}
	for _, t := range w.stream.Tables {
		missing, _, err := w.tx.Missing(ctx, t)
		if err != nil {
			return false, &SinkError{err}
		}
		if missing > 0 && w.noRow[t.Name] == 0 {
			return true, nil
		}
	}
	return false, nil
}

// finishPass marks the rows that the complete pass did not meet, unless that can't be right or can't be told.
func (w *worker) finishPass(ctx context.Context) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	var refused error
	for _, t := range w.stream.Tables {
		missing, live, err := w.tx.Missing(ctx, t)
		switch {
		case err != nil || missing == 0:
		case w.noRow[t.Name] == 0 && (w.AcceptDeletes || !suspicious(w.read[t.Name], missing, live)):
			err = w.tx.MarkMissing(ctx, t, w.pending.at)
		case w.noRow[t.Name] > 0:
			w.note(t.Name, "rows are missing at the source, but records without a row may be theirs: none was marked as deleted",
				fmt.Sprintf("%d of %d rows", missing, live))
		default:
			gone := &TooManyGone{Table: t.Name, Missing: missing, Live: live}
			refused = errors.Join(refused, gone)
			w.pending.load.Outcome, w.pending.load.Error = w.outcome(refused)
			w.note(t.Name, "more rows are missing at the source than can be believed: none was marked as deleted",
				fmt.Sprintf("%d of %d rows", missing, live))
		}
		if err != nil {
			return &SinkError{err}
		}
	}
	return errors.Join(w.commit(ctx), refused)
}

// handful is how many live rows a table may have of which a list can leave out any number but all.
const handful = 5

// suspicious is a pass that is more likely an answer that was cut short than a helpdesk that was emptied: an empty list for a
// table with live rows, or one that lost more than half of more than a handful.
func suspicious(read, missing, live int64) bool {
	return live > 0 && (read == 0 || live > handful && 2*missing > live)
}

// TooManyGone is the error of a pass at whose end more rows were missing than can be believed. Its other rows are
// committed; none was marked as gone.
type TooManyGone struct {
	Table         string
	Missing, Live int64
}

func (e *TooManyGone) Error() string {
	return fmt.Sprintf("%s: %d of %d rows are missing at the source; none was marked as deleted", e.Table, e.Missing, e.Live)
}

// Hint says what to do.
func (e *TooManyGone) Hint() string {
	return "If they were really deleted, run again with --accept-deletes."
}

// NoRows is the error of a stream that was read to its end, and had records that can't have a row.
type NoRows struct {
	Stream  string
	Records int64
}

func (e *NoRows) Error() string {
	if e.Records == 1 {
		return e.Stream + ": a record of the source has no row"
	}
	return fmt.Sprintf("%s: %d records of the source have no row", e.Stream, e.Records)
}

// Hint says where they are.
func (e *NoRows) Hint() string {
	return "desklake.issues has each with its reason. The rows of all others are there."
}

// noRows is how many records of the stream can't have a row: those of the table that lacks the most.
func (w *worker) noRows() (most int64) {
	for _, n := range w.noRow {
		most = max(most, n)
	}
	return most
}
