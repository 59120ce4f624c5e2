package parquet

import (
	"container/heap"

	"github.com/parquet-go/parquet-go"
)

// source gives rows one after another, nil behind the last. A row is valid until the next call; its texts are for ever.
type source interface {
	next() (parquet.Row, error)
	close() error
}

// head is a source with its next row.
type head struct {
	source
	row   parquet.Row
	order int // its place among the sources
}

// heads are sources in the order of their next rows: by compare, and among equals as they were given.
type heads struct {
	compare func(a, b parquet.Row) int
	items   []*head
}

// newHeads takes the sources over: whoever calls it closes the heads, also after an error.
func newHeads(compare func(a, b parquet.Row) int, sources ...source) (*heads, error) {
	h := &heads{compare: compare}
	var first error
	for i, s := range sources {
		item := &head{source: s, order: i}
		h.items = append(h.items, item)
		if first == nil {
			item.row, first = s.next()
		}
	}
	if first != nil {
		return h, first
	}
	kept := h.items[:0]
	for _, item := range h.items {
		if item.row == nil {
			_ = item.close() // it was read only
			continue
		}
		kept = append(kept, item)
	}
	h.items = kept
	heap.Init(h)
	return h, nil
}

// first is the source with the next row; nil at the end.
func (h *heads) first() *head {
	if len(h.items) == 0 {
		return nil
	}
	return h.items[0]
}

// advance moves the first source to its next row.
func (h *heads) advance() (err error) {
	item := h.items[0]
	if item.row, err = item.next(); err != nil {
		return err
	}
	if item.row != nil {
		heap.Fix(h, 0)
		return nil
	}
	heap.Pop(h)
	return item.close()
}

func (h *heads) close() error {
	for _, item := range h.items {
		_ = item.close() // they were read only
	}
	h.items = nil
	return nil
}

// Len, Less, Swap, Push and Pop make the heads a heap.
func (h *heads) Len() int { return len(h.items) }

// Less orders two sources.
func (h *heads) Less(i, j int) bool {
	a, b := h.items[i], h.items[j]
	if order := h.compare(a.row, b.row); order != 0 {
		return order < 0
	}
	return a.order < b.order
}

// Swap exchanges two sources.
func (h *heads) Swap(i, j int) { h.items[i], h.items[j] = h.items[j], h.items[i] }

// Push is there for the interface.
func (h *heads) Push(x any) { h.items = append(h.items, x.(*head)) }

// Pop removes the last source.
func (h *heads) Pop() any {
	last := h.items[len(h.items)-1]
	h.items = h.items[:len(h.items)-1]
	return last
}

// newest gives one row a key out of sources that are sorted by key: that of the source that was given first.
type newest struct {
	*heads
	layout  *layout
	current parquet.Row // given last; its source still stands there
	key     parquet.Value
}

func newNewest(l *layout, sources ...source) (*newest, error) {
	h, err := newHeads(func(a, b parquet.Row) int { return compareKeys(l.keyOf(a), l.keyOf(b)) }, sources...)
	return &newest{heads: h, layout: l}, err
}

func (n *newest) next() (parquet.Row, error) {
	for n.current != nil {
		if err := n.advance(); err != nil {
			return nil, err
		}
		if n.first() == nil || compareKeys(n.layout.keyOf(n.first().row), n.key) != 0 {
			n.current = nil
		}
	}
	if n.first() == nil {
		return nil, nil
	}
	n.current = n.first().row
	n.key = n.layout.keyOf(n.current)
	return n.current, nil
}
