package parquet

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// source gives rows one after another, nil behind the last. A row is valid until the next call; its texts are for ever.
type source interface {
	next() (parquet.Row, error)
	close() error
}

// all gives the rows of a source one after another, and closes it.
func all(s source) iter.Seq2[parquet.Row, error] {
	return func(yield func(parquet.Row, error) bool) {
		defer func() { _ = s.close() }() // it was read only
		for {
			row, err := s.next()
			if row == nil && err == nil || !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// newest gives one row a key out of sources that are sorted by key: that of the source that was given first.
type newest struct {
	layout *layout
	heads  []*head
	key    *parquet.Value // of the row that was given last; its sources still stand there
}

// head is a source with its next row.
type head struct {
	source
	row parquet.Row
	key parquet.Value
}

func (h *head) advance(l *layout) (err error) {
	if h.row, err = h.next(); h.row != nil {
		h.key = l.keyOf(h.row)
	}
	return err
}

// newNewest takes the sources over.
func newNewest(l *layout, sources ...source) (*newest, error) {
	n := &newest{layout: l}
	for _, s := range sources {
		n.heads = append(n.heads, &head{source: s})
	}
	for _, h := range n.heads {
		if err := h.advance(l); err != nil {
			return nil, errors.Join(err, n.close())
		}
	}
	return n, nil
}

func (n *newest) next() (parquet.Row, error) {
	var first *head
	for _, h := range n.heads {
		if h.row != nil && n.key != nil && compareKeys(h.key, *n.key) == 0 {
			if err := h.advance(n.layout); err != nil {
				return nil, err
			}
		}
		if h.row != nil && (first == nil || compareKeys(h.key, first.key) < 0) {
			first = h
		}
	}
	if first == nil {
		return nil, nil
	}
	n.key = new(first.key)
	return first.row, nil
}

func (n *newest) close() (err error) {
	for _, h := range n.heads {
		err = errors.Join(err, h.close())
	}
	return err
}

// readNewest reads files of one partition, the latest last: one row a key, also of those that left the partition.
func readNewest(l *layout, in files, at month, named []partFile) (source, error) {
	var sources []source
	for _, f := range slices.Backward(named) {
		s, err := readWhole(l, in, at, f)
		if err != nil {
			for _, opened := range sources {
				err = errors.Join(err, opened.close())
			}
			return nil, err
		}
		sources = append(sources, s)
	}
	return newNewest(l, sources...)
}

// readWhole reads all rows of a file of a partition, which is as it was written.
func readWhole(l *layout, in files, at month, f partFile) (source, error) {
	if err := compare(in, f); err != nil {
		return nil, err
	}
	r, err := openFile(l, in, f.Name)
	if err != nil {
		return nil, err
	}
	rows := newFileRows(r)
	if f.Removes {
		return rows, nil
	}
	return &ownRows{rows, l, at, r.path}, nil
}

// ownRows are the rows of a file all of which belong to its partition.
type ownRows struct {
	source
	layout *layout
	month  month
	path   string
}

func (o *ownRows) next() (parquet.Row, error) {
	row, err := o.source.next()
	if row != nil && o.layout.monthOf(row) != o.month {
		return nil, damaged(o.path, fmt.Errorf("it has a row of %s", o.layout.monthOf(row)))
	}
	return row, err
}

// readPart reads files of one partition, the latest last: the rows that it has, one a key.
func readPart(l *layout, in files, at month, named []partFile) (source, error) {
	rows, err := readNewest(l, in, at, named)
	if err != nil {
		return nil, err
	}
	return &partRows{rows, l, at}, nil
}

// partRows are the rows of a source that belong to a partition, without those that left it.
type partRows struct {
	source
	layout *layout
	month  month
}

func (p *partRows) next() (parquet.Row, error) {
	for {
		row, err := p.source.next()
		if row == nil || err != nil || p.layout.monthOf(row) == p.month {
			return row, err
		}
	}
}

// rowList is a source of rows in memory.
type rowList struct{ rows []parquet.Row }

func (r *rowList) close() error { return nil }

func (r *rowList) next() (parquet.Row, error) {
	if len(r.rows) == 0 {
		return nil, nil
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	return row, nil
}
