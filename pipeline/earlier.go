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

// Earlier is what an earlier start date adds to a stream that goes on: the time between it and the one from which the stream was
// read. The run reads it once, after everything else of the stream.
func (j Job) Earlier(source extract.Source, s extract.Stream, stored map[string]state.Checkpoint) (between extract.Window, some bool) {
	start, old := source.Scope().Start, stored[s.Name].Start
	if s.Pass || !j.Window.IsZero() || j.Start(s, stored).Cursor == "" || !start.Before(old) {
		return between, false
	}
	if start.IsZero() {
		start = time.Unix(0, 0).UTC()
	}
	return extract.Window{From: start, To: old}, true
}

// readEarlier reads the time between, as a backfill. Broken off, it goes on in the next run.
func (w *worker) readEarlier(ctx context.Context, between extract.Window) error {
	job, s := *w.run, w.stream
	job.Window, s.Window = between, between
	e := job.worker(s)
	err := e.walk(ctx)
	w.result.add(e.result)
	for table, n := range e.noRow {
		w.noRow[table] += n
	}
	if err != nil || e.noRows() > 0 {
		return err
	}
	w.start, w.pending.load.Outcome = w.source.Scope().Start, sink.Complete
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
