package pipeline_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// kept is a sink that keeps everything in memory. Its hooks, where they are set, are called in front of what they are
// named for.
type kept struct {
	OnWrite, OnCommit func() error
	OnSettle          func(context.Context) error

	mu          sync.Mutex
	ids         []int64 // of the rows that were committed, in their order
	sizes       []int   // of the transactions, in rows
	marked      int64
	markedAt    time.Time
	live        int64 // rows that are said to have been there before
	commits     []sink.Commit
	checkpoints map[string]state.Checkpoint
	runs        []sink.Run
	forgotten   []time.Time
	open        int // transactions
}

func (k *kept) Prepare(context.Context, []*schema.Table) error { return nil }

func (k *kept) Checkpoints(context.Context) (map[string]state.Checkpoint, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.checkpoints), nil
}

func (k *kept) DeleteCheckpoint(_ context.Context, stream string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.checkpoints, stream)
	return nil
}

func (k *kept) Settle(ctx context.Context) error {
	if k.OnSettle == nil {
		return nil
	}
	return k.OnSettle(ctx)
}

func (k *kept) SaveRun(_ context.Context, r sink.Run) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.runs = append(k.runs, r)
	return nil
}

func (k *kept) Forget(_ context.Context, before time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forgotten = append(k.forgotten, before)
	return nil
}

func (k *kept) Read(context.Context, ...string) (sink.Reader, error) { return nil, nil }

func (k *kept) Close() error { return nil }

func (k *kept) Begin(context.Context, string, string) (sink.Tx, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.open++
	return &keptTx{kept: k}, nil
}

// rows are the ids that were committed so far.
func (k *kept) rows() []int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.ids)
}

// stored is how many commits there were so far.
func (k *kept) stored() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.commits)
}

// cursor is the stored one.
func (k *kept) cursor(stream string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.checkpoints[stream].Cursor
}

// issues are those that were stored, without their values.
func (k *kept) issues() (all []schema.Issue) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range k.commits {
		all = append(all, c.Issues...)
	}
	return all
}

// distinct are the ids without those that repeat others.
func distinct(ids []int64) []int64 { return slices.Compact(slices.Sorted(slices.Values(ids))) }

type keptTx struct {
	*kept
	ids    []int64
	marked int64
	over   bool
}

func (t *keptTx) Write(ctx context.Context, b schema.Batch) error {
	if t.OnWrite != nil {
		if err := t.OnWrite(); err != nil {
			return err
		}
	}
	t.ids = append(t.ids, b.Record.Column(0).(*array.Int64).Int64Values()...)
	return ctx.Err()
}

func (t *keptTx) Missing(context.Context, *schema.Table) (missing, live int64, err error) {
	return max(0, t.live-int64(len(distinct(t.ids)))), t.live, nil
}

func (t *keptTx) MarkMissing(ctx context.Context, table *schema.Table, at time.Time) error {
	t.markedAt = at
	t.marked, _, _ = t.Missing(ctx, table)
	return nil
}

func (t *keptTx) Commit(_ context.Context, c sink.Commit) (map[string]sink.Counts, error) {
	if t.OnCommit != nil {
		if err := t.OnCommit(); err != nil {
			return nil, errors.Join(err, t.Rollback())
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end()
	t.kept.ids = append(t.kept.ids, t.ids...)
	t.sizes = append(t.sizes, len(t.ids))
	t.kept.marked += t.marked
	t.commits = append(t.commits, c)
	if c.Checkpoint.Stream != "" {
		if t.checkpoints == nil {
			t.checkpoints = map[string]state.Checkpoint{}
		}
		t.checkpoints[c.Checkpoint.Stream] = c.Checkpoint
	}
	return map[string]sink.Counts{"things": {Read: int64(len(t.ids)), Inserted: int64(len(t.ids)), Deleted: t.marked}}, nil
}

func (t *keptTx) Rollback() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end()
	return nil
}

func (t *keptTx) end() {
	if !t.over {
		t.over = true
		t.open--
	}
}
