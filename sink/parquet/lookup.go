package parquet

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"

	"github.com/parquet-go/parquet-go"

	"desklake/sink"
)

// lookup finds single rows of a file by their keys. It reads the pages that can hold them, by the page index, and only
// the columns that are asked for; keys in ascending order read each page once.
type lookup struct {
	*reading
	spans []span
	keys  *flat
	flats map[int]*flat // by leaf
	rows  *randomRows
}

// span is a page of the key column.
type span struct {
	group          int
	first          int64 // its first row in the row group
	minKey, maxKey parquet.Value
}

func openLookup(l *layout, in files, name string) (*lookup, error) {
	r, err := openFile(l, in, name)
	if err != nil {
		return nil, err
	}
	f := &lookup{reading: r, flats: map[int]*flat{}, rows: &randomRows{reading: r}}
	f.keys = f.flat(l.key)
	for i, g := range r.groups {
		if err := f.addSpans(i, g.ColumnChunks()[r.own(l.key)]); err != nil {
			return nil, errors.Join(damaged(r.path, err), r.close())
		}
	}
	return f, nil
}

func (f *lookup) addSpans(group int, keys parquet.ColumnChunk) error {
	bounds, err := keys.ColumnIndex()
	if err != nil {
		return err
	}
	places, err := keys.OffsetIndex()
	if err != nil {
		return err
	}
	for i := range bounds.NumPages() {
		f.spans = append(f.spans, span{group, places.FirstRowIndex(i), bounds.MinValue(i), bounds.MaxValue(i)})
	}
	return nil
}

// flat returns the reader of a column.
func (f *lookup) flat(leaf int) *flat {
	if f.flats[leaf] == nil {
		f.flats[leaf] = &flat{reading: f.reading, leaf: f.own(leaf), group: -1}
	}
	return f.flats[leaf]
}

func (f *lookup) close() error {
	for _, c := range f.flats {
		c.close()
	}
	f.rows.close()
	return f.reading.close()
}

// find returns where the row with the key is; nil where there is none.
func (f *lookup) find(key parquet.Value) (*place, error) {
	i := sort.Search(len(f.spans), func(i int) bool { return compareKeys(f.spans[i].maxKey, key) >= 0 })
	if i == len(f.spans) || compareKeys(f.spans[i].minKey, key) > 0 {
		return nil, nil
	}
	s := f.spans[i]
	if err := f.keys.load(s.group, s.first); err != nil {
		return nil, err
	}
	at, found := slices.BinarySearchFunc(f.keys.values, key, compareKeys)
	if !found {
		return nil, nil
	}
	return &place{f, s.group, s.first + int64(at)}, nil
}

// place is where a row stands.
type place struct {
	file  *lookup
	group int
	at    int64 // in the row group
}

func (p *place) value(leaf int) (parquet.Value, error) {
	if p.file.own(leaf) < 0 {
		return parquet.Value{}, nil
	}
	return p.file.flat(leaf).value(p.group, p.at)
}

func (p *place) age() (sink.Age, error) {
	l := p.file.layout
	extracted, err := p.value(l.extracted)
	var version parquet.Value
	if err == nil && l.version >= 0 {
		version, err = p.value(l.version)
	}
	return l.age(version, extracted), err
}

// row reads all of the row.
func (p *place) row() (parquet.Row, error) { return p.file.rows.read(p.group, p.at) }

// flat reads values of a column that has one a row.
type flat struct {
	*reading
	leaf   int
	group  int
	pages  parquet.Pages
	first  int64 // the row of values[0]
	values []parquet.Value
}

func (f *flat) value(group int, row int64) (parquet.Value, error) {
	if group != f.group || row < f.first || row >= f.first+int64(len(f.values)) {
		if err := f.load(group, row); err != nil {
			return parquet.Value{}, err
		}
	}
	return f.values[row-f.first], nil
}

// load reads the page with the row, from that row on.
func (f *flat) load(group int, row int64) error {
	if group == f.group && row == f.first {
		return nil
	}
	if group != f.group {
		f.close()
		chunk := f.groups[group].ColumnChunks()[f.leaf]
		if _, err := chunk.OffsetIndex(); err != nil { // without which every seek starts at the first page
			return damaged(f.path, err)
		}
		f.group, f.pages = group, chunk.Pages()
	}
	f.first, f.values = row, f.values[:0]
	err := f.pages.SeekToRow(row)
	var page parquet.Page
	if err == nil {
		page, err = f.pages.ReadPage()
	}
	if err == nil {
		f.values = slices.Grow(f.values, int(page.NumValues()))[:page.NumValues()]
		var n int
		if n, err = page.Values().ReadValues(f.values); errors.Is(err, io.EOF) && n == len(f.values) {
			err = nil
		}
		for i, v := range f.values {
			if v.Kind() == parquet.ByteArray {
				f.values[i] = v.Clone() // the page's memory is used again
			}
		}
		parquet.Release(page)
	}
	if err != nil || len(f.values) == 0 {
		f.close()
		return damaged(f.path, fmt.Errorf("column %d: row %d: %w", f.leaf, row, err))
	}
	return nil
}

func (f *flat) close() {
	if f.pages != nil {
		_ = f.pages.Close() // it was read only
	}
	f.pages, f.group, f.values = nil, -1, f.values[:0]
}

// randomRows reads whole rows, best in ascending order.
type randomRows struct {
	*reading
	group  int
	rows   parquet.Rows
	next   int64
	buffer [1]parquet.Row
}

// near is how many rows it is cheaper to read past than to seek, which reads a page of each column again.
const near = 200

func (r *randomRows) read(group int, at int64) (parquet.Row, error) {
	if r.rows == nil || group != r.group {
		r.close()
		for _, chunk := range r.groups[group].ColumnChunks() {
			if _, err := chunk.OffsetIndex(); err != nil {
				return nil, damaged(r.path, err)
			}
		}
		r.group, r.rows, r.next = group, r.groups[group].Rows(), -1
	}
	if r.next < 0 || at < r.next || at > r.next+near {
		if err := r.rows.SeekToRow(at); err != nil {
			return nil, damaged(r.path, err)
		}
		r.next = at
	}
	for ; r.next <= at; r.next++ {
		if n, err := r.rows.ReadRows(r.buffer[:]); n == 0 {
			return nil, damaged(r.path, fmt.Errorf("row %d: %w", at, err))
		}
	}
	return r.fit(r.buffer[0]), nil
}

func (r *randomRows) close() {
	if r.rows != nil {
		_ = r.rows.Close() // it was read only
		r.rows = nil
	}
}
