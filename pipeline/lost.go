package pipeline

import (
	"context"
	"errors"
	"fmt"

	"desklake/extract"
)

// finishLost stores that an export was read to its end of which tables were lost. Each has to have its rows again: the answer that
// lacks them may be one that was cut short. A table of which too few came is read from the start again.
func (w *worker) finishLost(ctx context.Context) error {
	outcome := w.pending.load.Outcome
	w.pending.load.Outcome = ""
	if err := w.commit(ctx); err != nil { // what came last counts as well
		return err
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	var refused error
	for _, table := range w.stream.Tables {
		had, lost := w.lost[table.Name]
		if !lost {
			continue
		}
		_, live, err := w.tx.Missing(ctx, table)
		if err != nil {
			return &SinkError{err}
		}
		if w.stream.From == (extract.Position{}) { // the rows may have been there: a column was lost
			live = min(live, w.result.Counts[table.Name].Read)
		}
		if w.AcceptDeletes || !suspicious(int(live), had-live, had) {
			delete(w.lost, table.Name)
			continue
		}
		doubted := &Doubted{Table: table.Name, Missing: had - live, Live: had, Lost: true}
		w.short = append(w.short, table.Name)
		w.note(table.Name, doubted.reason(), fmt.Sprintf("%d of %d rows", doubted.Missing, doubted.Live))
		refused = errors.Join(refused, doubted)
	}
	if w.pending.load.Outcome = outcome; refused != nil {
		w.pending.load.Outcome, w.pending.load.Error = w.outcome(refused)
	}
	return errors.Join(w.commit(ctx), refused)
}
