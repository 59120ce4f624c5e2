package toy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
)

// tx is a transaction: what is to be put over the rows that are there.
type tx struct {
	box         *box
	run, stream string
	changes     map[string]*change // by table; nil once it is used up
}

// change is what a transaction does to one table.
type change struct {
	rows   map[string]row
	met    map[string]bool // the keys that were written
	counts sink.Counts
}

// Begin implements sink.Sink.
func (s *box) Begin(_ context.Context, run, stream string) (sink.Tx, error) {
	return &tx{s, run, stream, map[string]*change{}}, nil
}

// change calls do with what the transaction does to a table, and what was there before it.
func (t *tx) change(name string, do func(c *change, before map[string]row) error) error {
	if t.changes == nil {
		return errors.New("the transaction is over")
	}
	c := t.changes[name]
	if c == nil {
		c = &change{rows: map[string]row{}, met: map[string]bool{}}
		t.changes[name] = c
	}
	t.box.mu.Lock()
	defer t.box.mu.Unlock()
	before := t.box.content.Tables[name].Rows
	if before == nil {
		return errors.New("the table was not prepared")
	}
	return do(c, before)
}

// Write implements sink.Tx.
func (t *tx) Write(_ context.Context, b schema.Batch) error {
	err := t.change(b.Table.Name, func(c *change, before map[string]row) error { return c.write(b, before) })
	if err != nil {
		return fmt.Errorf("%s: write: %w", b.Table.Name, err)
	}
	return nil
}

func (c *change) write(b schema.Batch, before map[string]row) error {
	rows, deletion := sink.Latest(b)
	age := ages(b.Table)
	c.counts.Read += b.Rows()
	c.counts.Unchanged += b.Rows() - int64(len(rows))
	for _, i := range rows {
		now, err := newRow(b, int(i))
		if err != nil {
			return err
		}
		key := string(now[b.Table.Key])
		c.met[key] = true
		was, there := c.rows[key]
		if !there {
			was, there = before[key]
		}
		now.set(schema.DeletedAt, deletion(i).Over(was.number(schema.DeletedAt)))
		if there {
			later, _ := age(now).Supersedes(age(was), func() (bool, error) { return differ(b.Table, now, was), nil })
			if !later {
				c.counts.Unchanged++
				continue
			}
			c.counts.Replace(was[schema.DeletedAt] != nil, now[schema.DeletedAt] != nil)
		} else {
			c.counts.Inserted++
		}
		c.rows[key] = now
	}
	return nil
}

// Missing implements sink.Tx.
func (t *tx) Missing(_ context.Context, table *schema.Table) (missing, live int64, err error) {
	err = t.change(table.Name, func(c *change, before map[string]row) error {
		for key, r := range before {
			if r[schema.DeletedAt] == nil {
				live++
				if !c.met[key] {
					missing++
				}
			}
		}
		return nil
	})
	return missing, live, err
}

// MarkMissing implements sink.Tx.
func (t *tx) MarkMissing(_ context.Context, table *schema.Table, at time.Time) error {
	gone, run := at.UnixMicro(), fmt.Appendf(nil, "%q", t.run)
	return t.change(table.Name, func(c *change, before map[string]row) error {
		for key, r := range before {
			if r[schema.DeletedAt] == nil && !c.met[key] {
				r = maps.Clone(r)
				r.set(schema.DeletedAt, &gone)
				r[schema.RunID] = json.RawMessage(run)
				c.rows[key] = r
				c.counts.Deleted++
			}
		}
		return nil
	})
}

// Commit implements sink.Tx.
func (t *tx) Commit(_ context.Context, of sink.Commit) (map[string]sink.Counts, error) {
	if t.changes == nil {
		return nil, errors.New("commit: the transaction is over")
	}
	counts := map[string]sink.Counts{}
	err := t.box.update(func(c *content) {
		for name, change := range t.changes {
			maps.Copy(c.Tables[name].Rows, change.rows)
			was := c.Known[name]
			was.Filled, was.Live = len(c.Tables[name].Rows) > 0, c.Tables[name].live()
			c.Known[name], counts[name] = was, change.counts
		}
		for _, table := range of.Load.Tables {
			c.addLoad(book.Load{Source: t.box.source, RunID: t.run,
				LoadReport: sink.LoadReport{Stream: t.stream, Table: table, CursorBefore: of.Load.CursorBefore}}, counts[table], of)
		}
		c.addIssues(t.box.source, t.run, of.At, of.Issues)
		if of.Checkpoint.Stream != "" {
			c.Checkpoints = put(book.Checkpoints, c.Checkpoints, book.Checkpoint{Source: t.box.source, Checkpoint: of.Checkpoint})
		}
	})
	t.changes = nil
	if err != nil {
		return nil, fmt.Errorf("%s: commit: %w", t.stream, err)
	}
	return counts, nil
}

// Rollback implements sink.Tx.
func (t *tx) Rollback() error {
	t.changes = nil
	return nil
}
