package parquet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"desklake/schema"
	"desklake/sink"
)

// tx is one stream's transaction. What it writes is settled a pile at a time, and stands in files that nobody knows
// until its commit names them.
type tx struct {
	sink        *Sink
	run, stream string
	name        string             // of its files: the stream and the number of the commit
	tables      map[string]*change // by name; nil once it is used up
}

var _ sink.Tx = (*tx)(nil)

// Begin starts a transaction. Its files carry the number of the commit that it is to become, so that a repetition
// after a crash overwrites them.
func (s *Sink) Begin(_ context.Context, run, stream string) (sink.Tx, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := fmt.Sprintf("%s-%08d", strings.ReplaceAll(url.PathEscape(stream), ".", "%2E"), s.manifest.Commits[stream]+1)
	return &tx{sink: s, run: run, stream: stream, name: name, tables: map[string]*change{}}, cmp.Or(s.broken, s.unmerged)
}

// change returns what the transaction does to a table.
func (t *tx) change(table *schema.Table) (*change, error) {
	if t.tables == nil {
		return nil, errors.New("the transaction is over")
	}
	if c, ok := t.tables[table.Name]; ok {
		return c, nil
	}
	c, err := t.sink.change(table.Name, t.name, t.run)
	if err == nil {
		t.tables[table.Name] = c
	}
	return c, err
}

// Write takes the batch's rows.
func (t *tx) Write(ctx context.Context, batch schema.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := t.change(batch.Table)
	if err == nil {
		err = c.write(batch)
	}
	if err != nil {
		return fmt.Errorf("%s: write: %w", batch.Table.Name, explain(t.sink.path, err))
	}
	return nil
}

// Missing counts what the transaction did not write. A table of which no row was written misses all.
func (t *tx) Missing(_ context.Context, table *schema.Table) (missing, live int64, err error) {
	c, err := t.change(table)
	if err == nil {
		missing, live, err = c.missing()
	}
	if err != nil {
		return 0, 0, fmt.Errorf("%s: count missing rows: %w", table.Name, explain(t.sink.path, err))
	}
	return missing, live, nil
}

// MarkMissing marks what was not written as gone.
func (t *tx) MarkMissing(_ context.Context, table *schema.Table, at time.Time) error {
	c, err := t.change(table)
	if err == nil {
		err = c.settle()
	}
	if err == nil {
		err = c.mark(at)
	}
	if err != nil {
		return fmt.Errorf("%s: mark missing rows: %w", table.Name, explain(t.sink.path, err))
	}
	return nil
}

// Commit settles the rest and names the files of all tables in the manifest, together with everything else.
func (t *tx) Commit(ctx context.Context, c sink.Commit) (map[string]sink.Counts, error) {
	if t.tables == nil {
		return nil, errors.New("commit: the transaction is over")
	}
	changes := t.tables
	counts := map[string]sink.Counts{}
	for name, change := range changes {
		err := cmp.Or(ctx.Err(), t.sink.locked())
		if err == nil {
			err = change.settle()
		}
		if err == nil {
			err = change.sync()
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: commit %s: %w", t.stream, name, explain(t.sink.path, err)), t.Rollback())
		}
		counts[name] = change.counts
	}
	t.tables = nil
	err := t.sink.commit(t, c, changes)
	for _, change := range changes {
		change.end()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: commit: %w", t.stream, explain(t.sink.path, err))
	}
	t.sink.mergeLarge(ctx, t.run, changes)
	return counts, nil
}

// Rollback throws the transaction away.
func (t *tx) Rollback() error {
	for _, c := range t.tables {
		c.abandon()
	}
	t.tables = nil
	return nil
}
