package parquet

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/parquet-go/parquet-go"

	"desklake/schema"
)

// committed is a table of which some columns are read.
type committed struct {
	files  files
	table  *tableState
	layout *layout
	known  *compared
}

// narrowed is the number of a layout with some columns of a table.
const narrowed = -1

// newNarrow is the layout with the columns of the table that are stored, and that which tells the partition.
func newNarrow(table *schema.Table, stored *tableState) *layout {
	some := &tableState{Key: stored.Key, Month: stored.Month, Schema: narrowed}
	for _, c := range stored.Columns {
		if c.Name == stored.Month || table.Column(c.Name) >= 0 {
			some.Columns = append(some.Columns, c)
		}
	}
	return newLayout(table.Name, some)
}

// A batch that is read ends with so many rows, or so many bytes of text.
const (
	batchRows  = 4096
	batchBytes = 4 << 20
)

// read reads the rows with the keys, for as long as they are wanted.
func (c *committed) read(ctx context.Context, table *schema.Table, keys schema.Keys, yield func(schema.Batch) bool) error {
	rows := c.find(keys.Sorted())
	if keys.Only == nil {
		rows = c.inOrder(keys.After)
	}
	b := newRecord(table, c.layout)
	defer b.Release()
	for row, err := range all(&until{rows, ctx}) {
		if err != nil {
			return err
		}
		if keys.After != nil && compareKeys(c.layout.keyOf(row), c.value(*keys.After)) <= 0 {
			continue
		}
		if b.add(row); b.rows < batchRows && b.bytes < batchBytes {
			continue
		}
		if !yield(b.flush()) {
			return nil
		}
	}
	if b.rows > 0 {
		yield(b.flush())
	}
	return nil
}

// value is a key as the files have it.
func (c *committed) value(k schema.Key) parquet.Value {
	if c.layout.intKey {
		return parquet.Int64Value(k.Int)
	}
	return parquet.ByteArrayValue([]byte(k.Text))
}

// find gives the rows with these keys, which are sorted, by looking them up.
func (c *committed) find(keys []schema.Key) source {
	return &foundRows{view: newView(c.files, c.layout, c.table, c.known), of: c, keys: keys, months: sortedMonths(c.table)}
}

type foundRows struct {
	view   *view
	of     *committed
	keys   []schema.Key
	months []month
}

func (f *foundRows) next() (parquet.Row, error) {
	for len(f.keys) > 0 {
		key := f.of.value(f.keys[0])
		f.keys = f.keys[1:]
		for _, at := range f.months {
			place, err := f.view.find(at, key)
			if err != nil {
				return nil, err
			}
			if place != nil {
				return place.row()
			}
		}
	}
	return nil, nil
}

func (f *foundRows) close() error {
	f.view.close()
	return nil
}

func sortedMonths(t *tableState) (months []month) {
	for at := range t.Partitions {
		months = append(months, at)
	}
	slices.Sort(months)
	return months
}

// inOrder gives the rows behind a key, which may be nil, out of all partitions in the order of their keys. A partition is
// opened when its first key is due: as keys grow with time, that is one after the other.
func (c *committed) inOrder(after *schema.Key) source {
	o := &inOrder{committed: c}
	for at, p := range c.table.Partitions {
		b := bounds{at: at}
		for _, f := range p.files() {
			if f.Rows == 0 || after != nil && compareKeys(c.layout.parseKey(f.Max), c.value(*after)) <= 0 && !f.Removes {
				continue
			}
			if first := c.layout.parseKey(f.Min); !b.some || compareKeys(first, b.first) < 0 {
				b.first = first
			}
			b.some = true
		}
		if b.some {
			o.closed = append(o.closed, b)
		}
	}
	slices.SortFunc(o.closed, func(a, b bounds) int { return cmp.Or(compareKeys(a.first, b.first), cmp.Compare(a.at, b.at)) })
	return o
}

// bounds are the first key of a partition, if it has any.
type bounds struct {
	at    month
	first parquet.Value
	some  bool
}

type inOrder struct {
	*committed
	closed []bounds // by their first keys
	heads  []*head
	given  *head // whose row was given last; it still stands there
}

func (o *inOrder) next() (parquet.Row, error) {
	if o.given != nil {
		if err := o.advance(o.given); err != nil {
			return nil, err
		}
	}
	for {
		o.given = nil
		for _, h := range o.heads {
			if o.given == nil || compareKeys(h.key, o.given.key) < 0 {
				o.given = h
			}
		}
		if len(o.closed) == 0 || o.given != nil && compareKeys(o.closed[0].first, o.given.key) > 0 {
			break
		}
		at := o.closed[0].at
		rows, err := readPart(o.layout, o.files, at, o.table.Partitions[at].files())
		if err != nil {
			return nil, err
		}
		h := &head{source: rows}
		o.closed, o.heads = o.closed[1:], append(o.heads, h)
		if err := o.advance(h); err != nil {
			return nil, err
		}
	}
	if o.given == nil {
		return nil, nil
	}
	return o.given.row, nil
}

// advance goes to the next row of an open partition, and closes that behind its last one.
func (o *inOrder) advance(h *head) error {
	err := h.advance(o.layout)
	if err == nil && h.row == nil {
		o.heads = slices.DeleteFunc(o.heads, func(other *head) bool { return other == h })
		return h.close()
	}
	return err
}

func (o *inOrder) close() (err error) {
	for _, h := range o.heads {
		err = errors.Join(err, h.close())
	}
	return err
}
