package sinktest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
)

// Of a benchmark: the rows of a first load, and every how many-th of them changes afterwards.
const (
	benchRows    = 100_000
	benchBatch   = 2_000
	changedEvery = 100
)

// Bench measures a sink with a table of about as many columns as tickets have, over 60 months: a first load, and the
// change of one row in a hundred, all over the table. Both open the sink and close it, which is when some do their work.
func Bench(b *testing.B, describe func(folder string) Destination) {
	b.Run("load", func(b *testing.B) {
		batches, bytes := wideBatches(1, 1)
		b.SetBytes(bytes)
		b.ReportAllocs()
		for b.Loop() {
			writeBatches(b, describe(b.TempDir()), batches)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
	})
	b.Run("change", func(b *testing.B) {
		d := describe(b.TempDir())
		batches, _ := wideBatches(1, 1)
		writeBatches(b, d, batches)
		b.ReportAllocs()
		for version := 2; b.Loop(); version++ {
			b.StopTimer()
			batches, bytes := wideBatches(changedEvery, version)
			b.SetBytes(bytes)
			b.StartTimer()
			writeBatches(b, d, batches)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(benchRows/changedEvery), "ns/row")
	})
}

// wide is a table with 38 columns.
var wide = func() *schema.Table {
	t := &schema.Table{Name: "wide", Doc: "Wide.", Key: "id", Version: "updated_at", Month: "created_at", Columns: []schema.Column{
		{Name: "id", Type: schema.Int}, {Name: "created_at", Type: schema.Time}, {Name: "updated_at", Type: schema.Time}}}
	for i := range 12 {
		t.Columns = append(t.Columns, schema.Column{Name: fmt.Sprint("int", i), Type: schema.Int},
			schema.Column{Name: fmt.Sprint("text", i), Type: schema.Text}, schema.Column{Name: fmt.Sprint("list", i), Type: schema.Texts})
	}
	return t
}()

// wideBatches makes a version of every n-th row, and tells how many bytes of JSON that was.
func wideBatches(every, version int) (batches []schema.Batch, bytes int64) {
	d := schema.NewDecoder(wide)
	d.Page(time.Unix(int64(1e9+version), 0), "run")
	updated := time.Date(2026, 1, 1, 0, 0, version, 0, time.UTC).Format(time.RFC3339)
	for id := 0; id < benchRows; id += every {
		created := time.Date(2020, time.Month(id%60), 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
		record := fmt.Appendf(nil, `{"id":%d,"created_at":%q,"updated_at":%q`, id, created, updated)
		for i := range 12 {
			record = fmt.Appendf(record, `,"int%d":%d,"text%d":"some text %d","list%d":["a","tag_%d"]`, i, id, i, id%100, i, id%1000)
		}
		record = append(record, '}')
		bytes += int64(len(record))
		d.Decode(jsonscan.New(record))
		if id/every%benchBatch == benchBatch-1 {
			more, _ := d.Flush()
			batches = append(batches, more...)
		}
	}
	more, _ := d.Flush()
	return append(batches, more...), bytes
}

// writeBatches writes them in one transaction.
func writeBatches(b *testing.B, d Destination, batches []schema.Batch) {
	s, err := d.Open(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	err = s.Prepare(b.Context(), []*schema.Table{wide})
	var tx sink.Tx
	if err == nil {
		tx, err = s.Begin(b.Context(), "run", "wide")
	}
	for _, batch := range batches {
		if err == nil {
			err = tx.Write(b.Context(), batch)
		}
	}
	if err == nil {
		_, err = tx.Commit(b.Context(), sink.Commit{At: time.Now(), Load: sink.Load{Tables: []string{wide.Name}}})
	}
	if err == nil {
		err = errors.Join(s.Settle(b.Context()), s.Close())
	}
	if err != nil {
		b.Fatal(err)
	}
}
