package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"desklake/extract"
	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// A transaction of a feed is committed when it holds Job.CommitRows, when it is commitAfter old, or when nothing came for
// idleAfter: a killed run repeats no more than that, and where pages come slowly none that came. A list is one transaction.
const (
	commitRows  = 491_520
	commitAfter = 15 * time.Second
	idleAfter   = 2 * time.Second
)

// worker reads one stream. Three goroutines work at once: one receives pages, one converts them (read.go), and the
// worker's own writes and commits. What stands between them is bounded.
type worker struct {
	*run
	stream PlannedStream
	stored state.Checkpoint // of what is read, from earlier runs
	start  time.Time        // the start date from which the stream is read, as it is stored
	result StreamResult

	tx      sink.Tx // nil between two transactions
	rows    int64   // written in tx
	due     <-chan time.Time
	pending facts            // of what was received since the last commit
	issues  schema.Issues    // since the last commit
	kinds   schema.Issues    // of the run, those of single rows taken together
	met     []reading        // of a pass
	missing map[string]int64 // behind the first of them, by table
	noRow   map[string]int64 // records that can't have a row, by table
	lost    map[string]int64 // tables that were lost, and have not got their rows again: how many live ones each had
	short   []string         // of them, those of which the source did not give enough
	signed  bool             // whether the account answers was told

	readAs   string // as whom a pass was read, as it is stored
	answered bool   // a page came
	complete bool   // the stream was read to its end, and that is stored

	goroutines sync.WaitGroup // that receive and convert
	quota      atomic.Pointer[extract.Quota]
}

func (r *run) worker(s PlannedStream) *worker {
	return &worker{run: r, stream: s, stored: s.stored, start: s.start, readAs: s.stored.Reader,
		missing: map[string]int64{}, noRow: map[string]int64{}, lost: maps.Clone(s.stored.Lost),
		result: StreamResult{Stream: s.Name, Tables: extract.TableNames(s.Tables), Counts: map[string]sink.Counts{}}}
}

// all reads the stream to its end, or until an error or Job.Stop, and then what an earlier start date adds to it.
func (w *worker) all(ctx context.Context) error {
	err := w.walk(ctx)
	w.sign(false)
	if !w.stream.Earlier.IsZero() && err == nil && w.result.Unavailable == nil {
		err = w.readEarlier(ctx)
	}
	if n := w.noRows(); err == nil && n > 0 {
		err = &NoRows{Stream: w.stream.Name, Records: n, Window: !w.stream.Window.IsZero()}
	}
	return err
}

// walk reads the stream to its end, or until an error or Job.Stop. What came before is committed then.
func (w *worker) walk(outer context.Context) error {
	from := w.stream.From
	w.pending = facts{next: from, at: time.Now().UTC(), load: sink.Load{CursorBefore: from.Cursor}}
	for table := range w.stored.Lost {
		if !slices.Contains(w.stored.Tables, table) {
			w.note(table, "rows or columns of the table were gone from the sink: it is read again from the start; what the source had deleted before may not come again", "")
		}
	}
	w.Progress.Started(w.stream.Name, from)

	// However this function ends, the goroutines end with it.
	ctx, cancel := context.WithCancel(outer)
	defer w.goroutines.Wait()
	defer cancel()
	ended, err := w.reading(ctx, from)
	if w.stream.Pass && ended == nil && err == nil {
		var again bool
		if again, err = w.missed(ctx); again {
			ended, err = w.reading(ctx, from)
		}
	}
	var unavailable *extract.Unavailable
	if errors.As(ended, &unavailable) {
		w.sign(false)
		ended = w.believe(ctx, unavailable)
	}
	w.credential.learn(w.stream.Name, ended)
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
	case ended == nil && !w.stream.Window.IsZero() && w.noRows() == 0: // else the checkpoint says what is to be tried again
		return w.forget(ctx, checkpointName(w.stream.Stream))
	case ended == nil && !w.stream.Pass && w.stream.Window.IsZero() && from == (extract.Position{}): // windows that were broken off are read with it
		return w.forget(ctx, w.windowsWithin()...)
	}
	return ended
}

// reading reads the stream from a position on, and writes it. It returns what write returns.
func (w *worker) reading(ctx context.Context, from extract.Position) (ended, err error) {
	w.met = append(w.met, reading{})
	return w.write(ctx, w.convert(ctx, from, w.receive(ctx, from)))
}

// sign tells once whether the stream got an answer.
func (w *worker) sign(answered bool) {
	if !w.signed {
		w.signed = true
		w.signs.sign(answered)
	}
}

// forget deletes checkpoints of windows that were read to their end.
func (w *worker) forget(ctx context.Context, names ...string) error {
	for _, name := range names {
		if err := w.sink.DeleteCheckpoint(ctx, name); err != nil {
			return &SinkError{fmt.Errorf("%s: forget the checkpoint of the window: %w", w.stream.Name, err)}
		}
	}
	return nil
}

// write writes the chunks, and commits what has become large or old enough. It returns why the stream ended, nil at
// its end, and the sink's own error.
func (w *worker) write(ctx context.Context, chunks <-chan chunk) (ended, err error) {
	var idle <-chan time.Time // since the last chunk
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
				idle = time.After(idleAfter)
				continue
			}
		case <-w.due:
		case <-idle:
		case <-ctx.Done():
			return ended, context.Cause(ctx)
		}
		idle = nil
		if !w.stream.Pass {
			if err := w.commit(ctx); err != nil {
				return ended, err
			}
		}
	}
}

// add writes a chunk into the transaction.
func (w *worker) add(ctx context.Context, c chunk) error {
	defer w.release(&c)
	w.pending.add(c.facts)
	w.result.Requests += c.facts.load.Requests
	w.result.Retries += c.facts.load.Retries
	w.result.Waited += c.facts.load.Waited
	w.issues.Add(c.facts.issues...)
	for _, i := range c.facts.issues {
		if i.NoRow {
			w.noRow[i.Table] += max(i.Count, 1)
		}
	}
	if c.facts.pages > 0 {
		w.answered = true
		w.sign(true)
	}
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
		if w.stream.Pass {
			w.met[len(w.met)-1].add(b)
		}
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
