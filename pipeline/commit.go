package pipeline

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"desklake/extract"
	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// commit makes what was received so far durable, with the cursor behind it.
func (w *worker) commit(ctx context.Context) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	f, now := w.pending, time.Now().UTC()
	f.load.Tables, f.load.CursorAfter = w.result.Tables, f.next.Cursor
	counts, err := w.tx.Commit(ctx, sink.Commit{Load: f.load, Issues: w.issues.All(), At: now, Checkpoint: w.newCheckpoint(f, now)})
	w.tx, w.due = nil, nil
	if err != nil {
		return &SinkError{err}
	}
	w.pending = facts{next: f.next, at: f.at, load: sink.Load{CursorBefore: f.load.CursorBefore}}
	w.count(counts)
	return nil
}

// newCheckpoint is the stream's checkpoint behind what was received. When it was complete stays known while it is read on:
// not where a table joins in, or is read again.
func (w *worker) newCheckpoint(f facts, now time.Time) state.Checkpoint {
	c := state.Checkpoint{Stream: checkpointName(w.stream.Stream), RunID: w.id, SavedAt: now, Account: w.plan.Account, Start: w.start}
	if w.answered || readBefore(w.stored) {
		c.Tables = slices.Sorted(slices.Values(w.result.Tables))
		c.Tables = slices.DeleteFunc(c.Tables, func(table string) bool { return slices.Contains(w.short, table) })
	}
	if len(w.lost) > 0 {
		c.Lost = maps.Clone(w.lost)
	}
	if w.stream.Pass {
		c.Reader = w.readAs
	} else {
		c.Cursor, c.HighWater = f.next.Cursor, f.next.HighWater
	}
	if w.stored.Covers(c.Tables) {
		c.CompleteAt = w.stored.CompleteAt
	}
	if f.load.Outcome == sink.Complete && !w.complete {
		c.CompleteAt = now
		w.stored, w.complete = c, true
	} else if w.stream.Window.IsZero() && w.stream.Met.After(c.HighWater) {
		c.Met = w.stream.Met
	}
	return c
}

// count adds what a commit stored to the stream's result.
func (w *worker) count(counts map[string]sink.Counts) {
	for _, i := range w.issues.All() {
		w.kinds.Add(schema.Issue{Table: i.Table, Column: i.Column, Reason: i.Reason})
	}
	w.issues, w.result.Issues = schema.Issues{}, len(w.kinds.All())
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
		w.noteAll("not available: "+unavailable.Reason, unavailable.Err.Error())
	case w.stream.Pass && ended != nil:
		w.noteAll("the list was not read to its end: no row of it was marked as deleted", ended.Error())
	case w.stream.Pass:
		return w.finishPass(ctx)
	case ended == nil && w.stream.Window.IsZero() && len(w.lost) > 0:
		return w.finishLost(ctx)
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
	case !w.stream.Window.IsZero():
		return sink.WindowRead, ""
	}
	return sink.Complete, ""
}

// note records an issue of a table, noteAll one of each of the stream's tables.
func (w *worker) note(table, reason, value string) {
	w.issues.Add(schema.Issue{Table: table, Reason: reason, Value: value, Count: 1})
}

func (w *worker) noteAll(reason, value string) {
	for _, table := range w.result.Tables {
		w.note(table, reason, value)
	}
}
