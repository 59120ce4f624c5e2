package parquet

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go"

	"desklake/schema"
	"desklake/sink"
)

// pileBytes is how much of a table a transaction holds in memory before it spills.
const pileBytes = 32 << 20

// pile is what a transaction has written into one table: in memory, and sorted in files where that would be too much.
type pile struct {
	layout  *layout
	disk    disk
	prefix  string // of the names of its files
	batches []schema.Batch
	rows    []pileRow
	bytes   int64
	spilled []string
	keys    []keyed // of all rows, where the table has partitions
}

// keyed is a key with the partition of its row.
type keyed struct {
	key   parquet.Value
	month month
}

// pileRow is a row of a batch. They are sorted by partition and key; versions of one row stay in their order.
type pileRow struct {
	month      month
	number     int64 // the key, or
	text       string
	batch, row int32
}

func comparePileRows(a, b pileRow) int {
	return cmp.Or(cmp.Compare(a.month, b.month), cmp.Compare(a.number, b.number), strings.Compare(a.text, b.text))
}

// add keeps those rows of the batch that no other of it supersedes, and returns how many these are.
func (p *pile) add(b schema.Batch) (int, error) {
	b.Record.Retain()
	latest := sink.Latest(b)
	keys := b.Record.Column(b.Table.Column(b.Table.Key))
	for _, row := range latest {
		r := pileRow{month: whole, batch: int32(len(p.batches)), row: row}
		switch keys := keys.(type) {
		case *array.Int64:
			r.number = keys.Value(int(row))
		case *array.String:
			r.text = keys.Value(int(row))
		}
		if p.layout.month >= 0 {
			r.month = batchMonth(b, int(row))
			p.keys = append(p.keys, keyed{plain(keys, int(row)).Clone(), r.month})
		}
		p.rows = append(p.rows, r)
	}
	p.batches = append(p.batches, b)
	for _, column := range b.Record.Columns() {
		p.bytes += size(column.Data())
	}
	if p.bytes < pileBytes {
		return len(latest), nil
	}
	return len(latest), p.spill()
}

// size is the memory of an array.
func size(data arrow.ArrayData) (bytes int64) {
	for _, b := range data.Buffers() {
		if b != nil {
			bytes += int64(b.Len())
		}
	}
	for _, child := range data.Children() {
		bytes += size(child)
	}
	return bytes
}

func batchMonth(b schema.Batch, row int) month {
	created := b.Record.Column(b.Table.Column(b.Table.Month)).(*array.Timestamp)
	if created.IsNull(row) {
		return noMonth
	}
	return monthOf(parquet.Int64Value(int64(created.Value(row))))
}

// spill moves what is in memory into a file.
func (p *pile) spill() error {
	path := fmt.Sprintf("%s-%d", p.prefix, len(p.spilled))
	p.spilled = append(p.spilled, path)
	err := p.disk.spill(path, p.inMemory())
	p.forget()
	return err
}

func (p *pile) forget() {
	for _, b := range p.batches {
		b.Release()
	}
	p.batches, p.rows, p.bytes = nil, p.rows[:0], 0
}

// sorted gives all rows by partition and key, the versions of one in the order in which they were written.
func (p *pile) sorted() (*heads, error) {
	var sources []source
	for _, path := range p.spilled {
		s, err := openSpilled(p.layout, path)
		if err != nil {
			for _, opened := range sources {
				_ = opened.close() // nothing was read yet
			}
			return nil, err
		}
		sources = append(sources, s)
	}
	sources = append(sources, p.inMemory())
	return newHeads(func(a, b parquet.Row) int {
		return cmp.Or(cmp.Compare(p.layout.monthOf(a), p.layout.monthOf(b)), compareKeys(p.layout.keyOf(a), p.layout.keyOf(b)))
	}, sources...)
}

// remove ends the use of the pile.
func (p *pile) remove() {
	p.forget()
	for _, path := range p.spilled {
		_ = p.disk.remove(path) // what stays behind is removed by the next run
	}
	p.spilled = nil
}

// memoryRows is a source of the rows that are in memory.
type memoryRows struct {
	pile      *pile
	shredders []*shredder
	at        int
	row       parquet.Row
}

func (p *pile) inMemory() *memoryRows {
	slices.SortStableFunc(p.rows, comparePileRows)
	m := &memoryRows{pile: p}
	for _, b := range p.batches {
		m.shredders = append(m.shredders, newShredder(p.layout, b))
	}
	return m
}

func (m *memoryRows) next() (parquet.Row, error) {
	if m.at == len(m.pile.rows) {
		return nil, nil
	}
	r := m.pile.rows[m.at]
	m.at++
	m.row = m.shredders[r.batch].row(m.row[:0], int(r.row))
	return m.row, nil
}

func (m *memoryRows) close() error { return nil }
