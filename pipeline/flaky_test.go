package pipeline_test

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// flaky is a sink that fails from a certain call on, as one whose disk is full or whose machine loses power. Behind is
// whether the call that fails first is done nevertheless, as where only the news of it is lost.
type flaky struct {
	sink.Sink
	spared int64
	behind bool
	calls  atomic.Int64
}

var errFlaky = errors.New("the disk is full")

// failAfter makes sinks that do so many calls and no more.
func failAfter(calls int64, behind bool) func(sink.Sink) sink.Sink {
	return func(s sink.Sink) sink.Sink { return &flaky{Sink: s, spared: calls, behind: behind} }
}

func (f *flaky) call(do func() error) error {
	n := f.calls.Add(1)
	if n <= f.spared {
		return do()
	}
	if n == f.spared+1 && f.behind {
		return errors.Join(errFlaky, do())
	}
	return errFlaky
}

func (f *flaky) Prepare(ctx context.Context, tables []*schema.Table) error {
	return f.call(func() error { return f.Sink.Prepare(ctx, tables) })
}

func (f *flaky) Checkpoints(ctx context.Context) (found map[string]state.Checkpoint, err error) {
	err = f.call(func() error {
		found, err = f.Sink.Checkpoints(ctx)
		return err
	})
	return found, err
}

func (f *flaky) Begin(ctx context.Context, run, stream string) (sink.Tx, error) {
	var tx sink.Tx
	err := f.call(func() (err error) {
		tx, err = f.Sink.Begin(ctx, run, stream)
		return err
	})
	if err != nil && tx != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return &flakyTx{tx, f}, err
}

func (f *flaky) SaveRun(ctx context.Context, run sink.Run) error {
	return f.call(func() error { return f.Sink.SaveRun(ctx, run) })
}

func (f *flaky) Settle(ctx context.Context) error {
	return f.call(func() error { return f.Sink.Settle(ctx) })
}

func (f *flaky) Forget(ctx context.Context, before time.Time) error {
	return f.call(func() error { return f.Sink.Forget(ctx, before) })
}

type flakyTx struct {
	sink.Tx
	*flaky
}

func (t *flakyTx) Write(ctx context.Context, b schema.Batch) error {
	return t.call(func() error { return t.Tx.Write(ctx, b) })
}

func (t *flakyTx) Missing(ctx context.Context, table *schema.Table) (missing, live int64, err error) {
	err = t.call(func() (err error) {
		missing, live, err = t.Tx.Missing(ctx, table)
		return err
	})
	return missing, live, err
}

func (t *flakyTx) MarkMissing(ctx context.Context, table *schema.Table, at time.Time) error {
	return t.call(func() error { return t.Tx.MarkMissing(ctx, table, at) })
}

func (t *flakyTx) Commit(ctx context.Context, c sink.Commit) (counts map[string]sink.Counts, err error) {
	err = t.call(func() (err error) {
		counts, err = t.Tx.Commit(ctx, c)
		return err
	})
	if err != nil { // one that was not tried is still open
		err = errors.Join(err, t.Rollback())
	}
	return counts, err
}
