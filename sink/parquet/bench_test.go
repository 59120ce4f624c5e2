package parquet_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
	"desklake/sink/parquet"
)

// BenchmarkLoad writes and merges 100,000 rows over 60 months, with columns as many as a ticket has.
func BenchmarkLoad(b *testing.B) {
	wide := &schema.Table{Name: "wide", Doc: "Wide.", Key: "id", Month: "created_at",
		Columns: []schema.Column{{Name: "id", Type: schema.Int}, {Name: "created_at", Type: schema.Time}}}
	for i := range 12 {
		wide.Columns = append(wide.Columns, schema.Column{Name: fmt.Sprint("int", i), Type: schema.Int},
			schema.Column{Name: fmt.Sprint("text", i), Type: schema.Text}, schema.Column{Name: fmt.Sprint("list", i), Type: schema.Texts})
	}
	const rows = 100_000
	for b.Loop() {
		s, err := parquet.Open(b.Context(), parquet.Options{Path: filepath.Join(b.TempDir(), "lake")})
		if err == nil {
			err = s.Prepare(b.Context(), []*schema.Table{wide})
		}
		if err != nil {
			b.Fatal(err)
		}
		tx, err := s.Begin(b.Context(), "run", "wide")
		if err != nil {
			b.Fatal(err)
		}
		d := schema.NewDecoder(wide)
		for from := 0; from < rows; from += 1000 {
			d.Page(time.Unix(1e9, 0), "run")
			for id := from; id < from+1000; id++ {
				record := fmt.Sprintf(`{"id":%d,"created_at":%q`, id, time.Date(2020, time.Month(id%60), 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339))
				for i := range 12 {
					record += fmt.Sprintf(`,"int%d":%d,"text%d":"some text %d","list%d":["a","tag_%d"]`, i, id, i, id%100, i, id%1000)
				}
				d.Decode(jsonscan.New([]byte(record + "}")))
			}
			batches, _ := d.Flush()
			for _, batch := range batches {
				if err := tx.Write(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
				batch.Release()
			}
		}
		d.Release()
		if _, err := tx.Commit(b.Context(), sink.Commit{At: time.Now()}); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/rows, "us/row")
}
