package parquet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"desklake/schema"
	"desklake/sink"
)

// tx is one stream's transaction. What it writes is settled at its commit.
type tx struct {
	sink        *Sink
	run, stream string
	name        string             // of its files: the stream and the number of the commit
	tables      map[string]*change // by name; nil once it is used up
}

// change is what a transaction does to one table.
type change struct {
	layout *layout
	pile   *pile
	read   int64
	older  int64           // rows that others of their batch supersede
	markAt *time.Time      // when what was not written is to be marked as gone; nil: not at all
	seen   []parquet.Value // the keys that were written, sorted; only for that
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

func (t *tx) change(table *schema.Table) (*change, error) {
	if c, ok := t.tables[table.Name]; ok {
		return c, nil
	}
	l, err := t.sink.layout(table.Name)
	if err != nil {
		return nil, err
	}
	c := &change{layout: l, pile: &pile{layout: l, disk: t.sink.disk,
		prefix: filepath.Join(t.sink.path, drafts, table.Name+"-"+t.name)}}
	t.tables[table.Name] = c
	return c, nil
}

// Write takes the batch's rows; they meet those of the table at the commit.
func (t *tx) Write(ctx context.Context, batch schema.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := t.change(batch.Table)
	if err != nil {
		return err
	}
	kept, err := c.pile.add(batch)
	if err != nil {
		return fmt.Errorf("%s: write: %w", batch.Table.Name, explain(t.sink.path, err))
	}
	c.read += batch.Rows()
	c.older += batch.Rows() - int64(kept)
	return nil
}

// Missing counts what the transaction did not write. A table of which no row was written misses all.
func (t *tx) Missing(_ context.Context, table *schema.Table) (missing, live int64, err error) {
	c, err := t.change(table)
	if err == nil {
		err = c.see()
	}
	if err == nil {
		missing, live, err = t.count(c)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("%s: count missing rows: %w", table.Name, explain(t.sink.path, err))
	}
	return missing, live, nil
}

func (t *tx) count(c *change) (missing, live int64, err error) {
	v := t.sink.viewOf(c.layout)
	for at := range v.parts {
		rows, err := v.current(at)
		if err != nil {
			return 0, 0, err
		}
		for {
			row, err := rows.next()
			if err != nil {
				return 0, 0, errors.Join(err, rows.close())
			}
			if row == nil {
				break
			}
			if c.layout.isDeleted(row) || c.layout.monthOf(row) != at {
				continue
			}
			live++
			if !isSeen(c.seen, c.layout.keyOf(row)) {
				missing++
			}
		}
		if err := rows.close(); err != nil {
			return 0, 0, err
		}
	}
	return missing, live, nil
}

// see collects the keys that were written.
func (c *change) see() error {
	rows, err := c.pile.sorted()
	if err != nil {
		return errors.Join(err, closeAll(rows))
	}
	defer func() { _ = rows.close() }() // it was read only
	c.seen = nil
	for rows.first() != nil {
		c.seen = append(c.seen, c.layout.keyOf(rows.first().row).Clone())
		if err := rows.advance(); err != nil {
			return err
		}
	}
	slices.SortFunc(c.seen, compareKeys)
	return nil
}

// MarkMissing has the commit mark what was not written as gone.
func (t *tx) MarkMissing(_ context.Context, table *schema.Table, at time.Time) error {
	c, err := t.change(table)
	if err == nil {
		c.markAt = &at
		err = c.see()
	}
	if err != nil {
		return fmt.Errorf("%s: mark missing rows: %w", table.Name, explain(t.sink.path, err))
	}
	return nil
}

// Commit writes the files of all tables and then names them in the manifest, together with everything else.
func (t *tx) Commit(ctx context.Context, c sink.Commit) (map[string]sink.Counts, error) {
	if t.tables == nil {
		return nil, errors.New("commit: the transaction is over")
	}
	defer t.end()
	counts := map[string]sink.Counts{}
	settled := map[string]*settling{}
	var err error
	for name, change := range t.tables {
		if err = ctx.Err(); err != nil {
			break
		}
		s := t.settling(change)
		settled[name] = s
		if err = s.months(); err != nil {
			err = fmt.Errorf("%s: %w", name, err)
			break
		}
		s.counts.Read, s.counts.Unchanged = change.read, s.counts.Unchanged+change.older
		counts[name] = s.counts
	}
	for _, s := range settled {
		s.view.close()
	}
	if err != nil {
		for _, s := range settled {
			s.abandon()
		}
		return nil, fmt.Errorf("%s: commit: %w", t.stream, explain(t.sink.path, err))
	}
	if err := t.sink.commit(t, c, counts, settled); err != nil {
		return nil, fmt.Errorf("%s: commit: %w", t.stream, explain(t.sink.path, err))
	}
	t.sink.mergeLarge(t.run, settled)
	return counts, nil
}

func (t *tx) settling(c *change) *settling {
	return &settling{sink: t.sink, layout: c.layout, pile: c.pile, view: t.sink.viewOf(c.layout), name: t.name, run: t.run,
		strays: map[string]*stray{}, markAt: c.markAt, seen: c.seen}
}

// Rollback throws the transaction away.
func (t *tx) Rollback() error {
	t.end()
	return nil
}

func (t *tx) end() {
	for _, c := range t.tables {
		c.pile.remove()
	}
	t.tables = nil
}
