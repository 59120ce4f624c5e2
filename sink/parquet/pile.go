package parquet

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go"

	"desklake/schema"
	"desklake/sink"
)

// pile is what a transaction has written into one table and not settled yet.
type pile struct {
	layout    *layout
	batches   []schema.Batch
	shredders []shredder // one a batch
	rows      []pileRow
	bytes     int64
}

// pileRow is a row of a batch. Its key lives as long as the batch.
type pileRow struct {
	month      month
	key        parquet.Value
	batch, row int32
	deletion   sink.Deletion
}

// add takes those rows of the batch that no other of it supersedes, and returns them.
func (p *pile) add(b schema.Batch) []pileRow {
	b.Record.Retain()
	keys := plain(b.Record.Column(b.Table.Column(b.Table.Key)))
	months := p.layout.monthsOf(b)
	before := len(p.rows)
	rows, deletion := sink.Latest(b)
	for _, row := range rows {
		p.rows = append(p.rows, pileRow{months(int(row)), keys(int(row)), int32(len(p.batches)), row, deletion(row)})
	}
	p.batches = append(p.batches, b)
	p.shredders = append(p.shredders, newShredder(p.layout, b))
	p.bytes += int64(len(p.layout.leaves)) * leafBytes
	for _, column := range b.Record.Columns() {
		p.bytes += size(column.Data())
	}
	return p.rows[before:]
}

// leafBytes is about what a batch takes for each of its columns, however few its rows: arrays, buffers and shreds.
const leafBytes = 1 << 10

// size is the memory of what is in an array.
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

// monthsOf tells the partition of each row of a batch.
func (l *layout) monthsOf(b schema.Batch) func(row int) month {
	if l.month < 0 {
		return func(int) month { return whole }
	}
	created := b.Record.Column(b.Table.Column(b.Table.Month)).(*array.Timestamp)
	return func(row int) month {
		if created.IsNull(row) {
			return noMonth
		}
		return monthAt(int64(created.Value(row)))
	}
}

// row makes a row of its batch.
func (p *pile) row(to parquet.Row, r pileRow) parquet.Row {
	to = p.shredders[r.batch].row(to, int(r.row))
	if at := r.deletion.At; at != nil { // a row that it followed may have said it
		p.layout.set(to, p.layout.deleted, parquet.Int64Value(*at))
	}
	return to
}

// clear forgets all rows.
func (p *pile) clear() {
	for _, b := range p.batches {
		b.Release()
	}
	*p = pile{layout: p.layout, rows: p.rows[:0]}
}
