package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"desklake/extract"
	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// A transaction is committed when it holds Job.CommitRows or is commitAfter old: a killed run repeats no more than that.
const (
	commitRows  = 491_520
	commitAfter = 15 * time.Second
)

// worker reads one stream. Three goroutines work at once: one receives pages, one converts them (read.go), and the
// worker's own writes and commits. What stands between them is bounded.
type worker struct {
	*run
	stream extract.Stream
	result StreamResult

	tx      sink.Tx // nil between two transactions
	rows    int64   // written in tx
	due     <-chan time.Time
	pending facts // of what was received since the last commit
	issues  map[schema.Issue]bool
	rowless bool // a record was met that can't have a row

	goroutines sync.WaitGroup // that receive and convert
	quota      atomic.Pointer[extract.Quota]
}

// read reads the stream to its end, or until an error or Job.Stop. What came before is committed then.
func (w *worker) read(outer context.Context) error {
	from := w.Start(w.stream, w.checkpoints)
	w.pending = facts{next: from, at: time.Now().UTC(), load: sink.Load{CursorBefore: from.Cursor}}
	w.Progress.Started(w.stream.Name, from)

	// However this function ends, the goroutines end with it.
	ctx, cancel := context.WithCancel(outer)
	defer w.goroutines.Wait()
	defer cancel()
	ended, err := w.write(ctx, w.convert(ctx, from, w.receive(ctx, from)))
	if err == nil {
		err = w.finish(ctx, ended)
	}
	if w.tx != nil {
		err = errors.Join(err, w.tx.Rollback())
	}
	switch {
	case err != nil && outer.Err() != nil: // what the sink says of its calls that were cut off is no failure of its own
		return fmt.Errorf("%w: %w", ErrStopped, context.Cause(outer))
	case err != nil:
		return err
	case w.result.Unavailable != nil:
		return nil
	case ended == nil && !w.Window.IsZero():
		return w.forget(ctx)
	}
	return ended
}

// forget deletes the checkpoint of a window that was read to its end.
func (w *worker) forget(ctx context.Context) error {
	if err := w.sink.DeleteCheckpoint(ctx, w.checkpoint(w.stream.Name)); err != nil {
		return &SinkError{fmt.Errorf("%s: forget the checkpoint of the window: %w", w.stream.Name, err)}
	}
	return nil
}

// write writes the chunks, and commits what has become large or old enough. It returns why the stream ended, nil at
// its end, and the sink's own error.
func (w *worker) write(ctx context.Context, chunks <-chan chunk) (ended, err error) {
	for {
		select {
		case c, more := <-chunks:
			if !more {
				return ended, nil
			}
			ended = c.err
			if err := w.add(ctx, c); err != nil {
				return ended, err
			}
			if w.rows < cmp.Or(w.CommitRows, commitRows) {
				continue
			}
		case <-w.due:
		case <-ctx.Done():
			return ended, context.Cause(ctx)
		}
		if !w.stream.Pass {
			if err := w.commit(ctx); err != nil {
				return ended, err
			}
		}
	}
}

// add writes a chunk into the transaction.
func (w *worker) add(ctx context.Context, c chunk) error {
	defer c.release()
	w.pending.add(c.facts)
	w.result.Requests += c.facts.load.Requests
	w.result.Retries += c.facts.load.Retries
	w.result.Waited += c.facts.load.Waited
	w.rowless = w.rowless || slices.ContainsFunc(c.facts.issues, func(i schema.Issue) bool { return i.Column == "" })
	step := Step{Requests: c.facts.load.Requests, Waited: c.facts.load.Waited, Quota: w.quota.Load()}
	if !w.stream.Pass { // which reads everything, in an order of its own
		step.At = c.facts.next.HighWater
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	for _, b := range c.batches {
		if err := w.tx.Write(ctx, b); err != nil {
			return &SinkError{err}
		}
		step.Rows += b.Rows()
	}
	w.rows += step.Rows
	w.Progress.Moved(w.stream.Name, step)
	return nil
}

// begin makes sure that there is a transaction.
func (w *worker) begin(ctx context.Context) error {
	if w.tx != nil {
		return nil
	}
	tx, err := w.sink.Begin(ctx, w.id, w.stream.Name)
	if err != nil {
		return &SinkError{fmt.Errorf("%s: begin: %w", w.stream.Name, err)}
	}
	w.tx, w.rows, w.due = tx, 0, time.After(commitAfter)
	return nil
}

// commit makes what was received so far durable, with the cursor behind it.
func (w *worker) commit(ctx context.Context) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	f := w.pending
	f.load.Tables, f.load.CursorAfter = w.result.Tables, f.next.Cursor
	c := sink.Commit{Load: f.load, Issues: f.issues, At: f.at}
	if !w.stream.Pass {
		c.Checkpoint = state.Checkpoint{Stream: w.checkpoint(w.stream.Name), Cursor: f.next.Cursor, HighWater: f.next.HighWater,
			Tables: slices.Sorted(slices.Values(w.result.Tables)), RunID: w.id, SavedAt: f.at}
	}
	counts, err := w.tx.Commit(ctx, c)
	w.tx, w.due = nil, nil
	if err != nil {
		return &SinkError{err}
	}
	w.pending = facts{next: f.next, at: f.at, load: sink.Load{CursorBefore: f.load.CursorBefore}}
	w.count(f, counts)
	return nil
}

// count adds what a commit stored to the stream's result.
func (w *worker) count(f facts, counts map[string]sink.Counts) {
	for _, i := range f.issues {
		w.issues[schema.Issue{Table: i.Table, Column: i.Column, Reason: i.Reason}] = true
	}
	w.result.Issues = len(w.issues)
	for table, n := range counts {
		total := w.result.Counts[table]
		total.Add(n)
		w.result.Counts[table] = total
	}
}

// finish stores what is left when the stream has ended, and why it did.
func (w *worker) finish(ctx context.Context, ended error) error {
	var unavailable *extract.Unavailable
	w.pending.load.Outcome, w.pending.load.Error = w.outcome(ended)
	switch {
	case errors.As(ended, &unavailable):
		w.result.Unavailable = unavailable
		w.note("not available: "+unavailable.Reason, unavailable.Err.Error())
	case w.stream.Pass && ended != nil:
		w.note("the list was not read to its end: no row of it was marked as deleted", ended.Error())
	case w.stream.Pass:
		return w.finishPass(ctx)
	}
	return w.commit(ctx)
}

// outcome is how the reading of the stream ended, as it is stored.
func (w *worker) outcome(ended error) (sink.Outcome, string) {
	var unavailable *extract.Unavailable
	switch {
	case errors.As(ended, &unavailable):
		return sink.Unavailable, unavailable.Reason
	case errors.Is(ended, ErrStopped):
		return sink.Stopped, ""
	case ended != nil:
		return sink.Broken, ended.Error()
	case !w.Window.IsZero():
		return sink.WindowRead, ""
	}
	return sink.Complete, ""
}

// note records an issue of each of the stream's tables.
func (w *worker) note(reason, value string) {
	for _, table := range w.result.Tables {
		w.pending.issues = append(w.pending.issues, schema.Issue{Table: table, Reason: reason, Value: value, Count: 1})
	}
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
		case w.AcceptDeletes || !w.rowless && !suspicious(missing, live):
			err = w.tx.MarkMissing(ctx, t, w.pending.at)
		case w.rowless:
			w.note("rows are missing at the source, but records without a row may be theirs: none was marked as deleted",
				fmt.Sprintf("%d of %d rows", missing, live))
		default:
			refused = &TooManyGone{Table: t.Name, Missing: missing, Live: live}
			w.pending.load.Outcome, w.pending.load.Error = w.outcome(refused)
			w.note("more than half of the rows are missing at the source: none was marked as deleted",
				fmt.Sprintf("%d of %d rows", missing, live))
		}
		if err != nil {
			return &SinkError{err}
		}
	}
	return errors.Join(w.commit(ctx), refused)
}

// suspicious is a pass at whose end more than half of at least twenty rows are missing: more likely an answer that
// was cut short than a helpdesk that was emptied.
func suspicious(missing, live int64) bool { return live >= 20 && 2*missing > live }
