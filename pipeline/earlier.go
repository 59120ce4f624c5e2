package pipeline

import (
	"cmp"
	"context"
	"fmt"

	"desklake/sink"
)

// readEarlier reads the time between, as a backfill. Broken off, it goes on in the next run.
func (w *worker) readEarlier(ctx context.Context) error {
	s := w.stream.Stream
	s.Window = w.stream.Earlier
	e := w.worker(w.planned(s, w.plan.start, w.checkpoints))
	err := e.walk(ctx)
	w.result.add(e.result)
	for table, n := range e.noRow {
		w.noRow[table] += n
	}
	if err != nil || e.noRows() > 0 {
		return err
	}
	w.start, w.pending.load.Outcome = w.plan.start, sink.Complete
	if err := w.commit(ctx); err != nil {
		return fmt.Errorf("%s: store the start date: %w", w.stream.Name, err)
	}
	return nil
}

// add adds what a second reading of the stream did.
func (s *StreamResult) add(o StreamResult) {
	for table, n := range o.Counts {
		total := s.Counts[table]
		total.Add(n)
		s.Counts[table] = total
	}
	s.Requests += o.Requests
	s.Retries += o.Retries
	s.Waited += o.Waited
	s.Issues += o.Issues
	s.Unavailable = cmp.Or(s.Unavailable, o.Unavailable)
}
