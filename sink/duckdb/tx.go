package duckdb

import (
	"context"
	"errors"
	"fmt"

	"desklake/schema"
	"desklake/sink"
)

// tx is one stream's transaction: a connection of its own inside BEGIN and COMMIT.
type tx struct {
	sink        *Sink
	conn        *conn // nil once it is used up
	leave       func()
	run, stream string
	merges      map[string]*merge // by table
	large       bool              // a batch was
}

var _ sink.Tx = (*tx)(nil)

// Begin starts a transaction on a connection of its own.
func (s *Sink) Begin(ctx context.Context, run, stream string) (sink.Tx, error) {
	leave, err := s.transactions.enter(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.begin(ctx)
	if err != nil {
		leave()
		return nil, err
	}
	return &tx{sink: s, conn: c, leave: leave, run: run, stream: stream, merges: map[string]*merge{}}, nil
}

func (s *Sink) begin(ctx context.Context) (*conn, error) {
	if s.lost != nil {
		return nil, s.lost
	}
	c, err := s.db.connect()
	if err != nil {
		return nil, err
	}
	if _, err := c.exec(ctx, "BEGIN"); err != nil {
		c.close()
		return nil, explain(s.path, err)
	}
	return c, nil
}

// Write merges the batch into the table, inside the transaction.
func (t *tx) Write(ctx context.Context, batch schema.Batch) error {
	m, err := t.merge(batch.Table)
	if err == nil {
		err = m.write(ctx, batch)
	}
	if sizeOf(batch) > largeBatch {
		t.large = true
		t.sink.giveBack(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: write: %w", batch.Table.Name, t.sink.constraints.explain(t.sink.path, err, batch.Table.Name))
	}
	return nil
}

func (t *tx) merge(table *schema.Table) (*merge, error) {
	if m, ok := t.merges[table.Name]; ok {
		return m, nil
	}
	m, err := newMerge(t.conn, t.sink.options, &t.sink.versions, table)
	if err != nil {
		return nil, err
	}
	t.merges[table.Name] = m
	return m, nil
}

// Commit stores rows, checkpoint, load and issues in one step.
func (t *tx) Commit(ctx context.Context, c sink.Commit) (map[string]sink.Counts, error) {
	if t.conn == nil {
		return nil, errors.New("commit: the transaction is over")
	}
	counts := map[string]sink.Counts{}
	err := t.sink.vanished()
	if err == nil {
		err = t.saveBookkeeping(ctx, c)
	}
	if err == nil {
		err = t.commit(ctx)
	}
	for table, m := range t.merges {
		counts[table] = m.counts
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: commit: %w", t.stream, t.sink.constraints.explain(t.sink.path, err, t.names()...)), t.Rollback())
	}
	t.end()
	var rows int64
	for _, n := range counts {
		rows += n.Inserted + n.Updated
		t.sink.changed.Add(n.Updated + n.Deleted)
	}
	t.sink.grown(ctx, rows)
	return counts, nil
}

func (t *tx) commit(ctx context.Context) error {
	t.sink.commits.Lock()
	defer t.sink.commits.Unlock()
	if t.large {
		t.sink.giveBack(ctx)
		defer t.sink.giveBack(ctx)
	}
	_, err := t.conn.exec(ctx, "COMMIT")
	return err
}

func (t *tx) saveBookkeeping(ctx context.Context, c sink.Commit) error {
	if err := t.sink.saveIssues(ctx, t.conn, t.run, c.At, c.Issues); err != nil {
		return err
	}
	if err := t.saveLoads(ctx, c); err != nil {
		return err
	}
	if c.Checkpoint.Stream == "" {
		return nil
	}
	return t.sink.saveCheckpoint(ctx, t.conn, c.Checkpoint)
}

// Rollback throws everything away. A transaction that DuckDB itself has ended already is what was wanted.
func (t *tx) Rollback() error {
	if t.conn == nil {
		return nil
	}
	_, _ = t.conn.exec(context.Background(), "ROLLBACK")
	t.end()
	return nil
}

func (t *tx) end() {
	for _, m := range t.merges {
		m.close()
	}
	t.conn.close()
	t.conn = nil
	t.leave()
}
