package parquet

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"

	"desklake/schema"
	"desklake/sink"
)

// change is what a transaction does to one table.
type change struct {
	sink   *Sink
	layout *layout
	name   string // of its files
	run    string
	before *tableState // what is committed
	view   *view       // that, and behind it the change's own files
	pile   pile
	piles  int  // how many were settled
	met    keys // of all rows that were written
	counts sink.Counts
	made   []string // the files that are there because of the change
}

const (
	// pileBytes is how much of a table a transaction holds in memory before it settles it.
	pileBytes = 32 << 20
	// allPiles is what the piles of all transactions may hold together until each is settled that has smallPile.
	allPiles  = 64 << 20
	smallPile = 4 << 20
	// largeBatch is the size of a batch that is settled at once: such batches come one after another, commits side by side.
	largeBatch = 8 << 20
)

func (s *Sink) change(table, name, run string) (*change, error) {
	t, err := s.table(table)
	if err != nil {
		return nil, err
	}
	l := newLayout(table, t)
	return &change{sink: s, layout: l, name: name, run: run, before: t, view: newView(s.files(), l, t, &s.compared), pile: pile{layout: l}}, nil
}

// write takes a batch.
func (c *change) write(b schema.Batch) error {
	before := c.pile.bytes
	rows := c.pile.add(b)
	added := c.pile.bytes - before
	piled := c.sink.piled.Add(added)
	c.counts.Read += b.Rows()
	c.counts.Unchanged += b.Rows() - int64(len(rows))
	for _, r := range rows {
		c.met.add(r.key)
	}
	if c.pile.bytes >= pileBytes || added >= largeBatch || piled >= allPiles && c.pile.bytes >= smallPile {
		return c.settle()
	}
	return nil
}

// clear forgets what was written and is settled, or is not to be.
func (c *change) clear() {
	c.sink.piled.Add(-c.pile.bytes)
	c.pile.clear()
}

// missing counts the rows that were live before and were not written, and all that were live.
func (c *change) missing() (missing, live int64, err error) {
	for at, p := range c.before.Partitions {
		rows, err := readPart(c.layout, c.sink.files(), at, p.files())
		if err != nil {
			return 0, 0, err
		}
		for row, err := range all(rows) {
			if err != nil {
				return 0, 0, err
			}
			if c.layout.isDeleted(row) {
				continue
			}
			live++
			if !c.met.has(c.layout.keyOf(row)) {
				missing++
			}
		}
	}
	return missing, live, nil
}

// mark writes the live rows that were not written once more, as gone.
func (c *change) mark(at time.Time) error {
	for part := range c.view.parts {
		rows, err := readPart(c.layout, c.sink.files(), part, c.view.files(part))
		if err == nil {
			err = c.wait(part, c.name+"-gone", &gone{c, rows, at}, false)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// gone are the live rows of a source that the transaction did not write, marked as gone.
type gone struct {
	*change
	source
	at time.Time
}

func (g *gone) next() (parquet.Row, error) {
	for {
		row, err := g.source.next()
		if row == nil || err != nil {
			return nil, err
		}
		if g.layout.isDeleted(row) || g.met.has(g.layout.keyOf(row)) {
			continue
		}
		g.counts.Deleted++
		g.layout.set(row, g.layout.deleted, parquet.Int64Value(g.at.UnixMicro()))
		g.layout.set(row, g.layout.run, parquet.ByteArrayValue([]byte(g.run)))
		return row, nil
	}
}

// end ends the use of the change; its files stay.
func (c *change) end() {
	c.clear()
	c.view.close()
}

// abandon ends the use of the change and removes its files.
func (c *change) abandon() {
	c.end()
	for _, name := range c.made {
		c.sink.remove(name)
	}
}

// sync makes the change's files durable.
func (c *change) sync() error {
	for _, files := range c.view.parts {
		for _, f := range files {
			if !slices.Contains(c.made, f.Name) {
				continue
			}
			if err := c.sink.disk.sync(filepath.Join(c.sink.path, f.Name)); err != nil {
				return err
			}
		}
	}
	return c.sink.disk.syncFolder(filepath.Join(c.sink.path, waiting, c.layout.name))
}

// replaced are the files that nobody needs once the change is committed.
func (c *change) replaced() []string {
	names := slices.Clone(c.made)
	for _, p := range c.before.Partitions {
		for _, f := range p.Waiting {
			names = append(names, f.Name)
		}
	}
	needed := map[string]bool{}
	for at := range c.view.parts {
		for _, f := range c.view.waiting(at) {
			needed[f.Name] = true
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return needed[name] })
}
