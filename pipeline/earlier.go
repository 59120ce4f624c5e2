package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"desklake/extract"
	"desklake/sink"
	"desklake/state"
)

// startOf is the start date that is stored with a stream: the source's where the stream begins there, and else the one from
// which it was read. An earlier version of desklake did not store it: then it was the source's, as far as can be known.
func (r *run) startOf(s extract.Stream, stored state.Checkpoint) time.Time {
	start := r.source.Scope().Start
	if r.Start(s, r.checkpoints).Cursor == "" || stored.Start.IsZero() {
		return start
	}
	return stored.Start
}

// missesEarlier reports that the start date was moved back since the stream was read.
func (w *worker) missesEarlier() bool {
	return !w.stream.Pass && w.Window.IsZero() && w.result.Unavailable == nil && w.source.Scope().Start.Before(w.start)
}

// readEarlier reads what an earlier start date adds, as a backfill of the time between. Broken off, it goes on in the next run.
func (w *worker) readEarlier(ctx context.Context) error {
	between := *w.run
	start := w.source.Scope().Start
	between.Window = extract.Window{From: earliest(start), To: w.start}
	s := w.stream
	s.Window = between.Window
	e := between.worker(s)
	err := e.walk(ctx)
	w.result.add(e.result)
	for table, n := range e.noRow {
		w.noRow[table] += n
	}
	if err != nil {
		return err
	}
	w.start, w.pending.load.Outcome = start, sink.Complete
	if err := w.commit(ctx); err != nil {
		return fmt.Errorf("%s: store the start date: %w", w.stream.Name, err)
	}
	return nil
}

// earliest is a start date as the beginning of a window.
func earliest(start time.Time) time.Time {
	if start.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return start
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
