package duckdb

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
)

// wide is a table with 42 columns of every type, and a text as its key.
var wide = func() *schema.Table {
	t := &schema.Table{Name: "wide", Doc: "Wide.", Key: "name", Columns: []schema.Column{{Name: "name", Type: schema.Text}}}
	for i := range 6 {
		for _, c := range []schema.Column{{Name: "int", Type: schema.Int}, {Name: "text", Type: schema.Text}, {Name: "float", Type: schema.Float},
			{Name: "bool", Type: schema.Bool}, {Name: "time", Type: schema.Time}, {Name: "list", Type: schema.Texts},
			{Name: "object", Type: schema.Struct, Fields: []schema.Column{{Name: "a", Type: schema.Int}, {Name: "b", Type: schema.Text}}}} {
			c.Name = fmt.Sprint(c.Name, i)
			t.Columns = append(t.Columns, c)
		}
	}
	return t
}()

// wideRow is a row of wide; its lists hold the word.
type wideRow struct {
	id   int
	word string
}

func wideBatch(rows ...wideRow) schema.Batch {
	d := schema.NewDecoder(wide)
	d.Page(time.Unix(1e9, 0), "run")
	for _, row := range rows {
		record := fmt.Appendf(nil, `{"name":"the row with the number %d"`, row.id)
		for i := range 6 {
			record = fmt.Appendf(record, `,"int%d":%d,"text%[1]d":"some text of row %[2]d","float%[1]d":%[2]d.5,"bool%[1]d":true,"time%[1]d":"2026-11-20T00:00:00Z",
				"list%[1]d":["a",%[3]q,null],"object%[1]d":{"a":%[2]d,"b":null}`, i, row.id, row.word)
		}
		d.Decode(jsonscan.New(append(record, '}')))
	}
	batches, _ := d.Flush()
	return batches[0]
}

// What a batch of a wide table needs is not held until the commit, whether its rows are new, the same or others. Where it
// was, DuckDB had no more memory after about a hundred of these.
func TestATransactionOfAWideTableCanHaveAnyNumberOfBatches(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("hundreds of batches take their time")
	}
	s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "lake.duckdb")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Prepare(t.Context(), []*schema.Table{wide}); err != nil {
		t.Fatal(err)
	}
	const batches = 250
	commit := func(write func(tx sink.Tx) error, want sink.Counts) {
		t.Helper()
		tx, err := s.Begin(t.Context(), "run", "wide")
		if err != nil {
			t.Fatal(err)
		}
		live := want.Unchanged + want.Updated
		if err := write(tx); err != nil {
			t.Fatal(err)
		}
		if missing, got, err := tx.Missing(t.Context(), wide); missing != 0 || got != live || err != nil {
			t.Errorf("%d of %d rows are missing: %v", missing, got, err)
		}
		counts, err := tx.Commit(t.Context(), sink.Commit{At: time.Now(), Load: sink.Load{Tables: []string{"wide"}}})
		if got := counts["wide"]; got != want || err != nil {
			t.Errorf("%+v: %v", got, err)
		}
	}
	write := func(tx sink.Tx, rows ...wideRow) error {
		b := wideBatch(rows...)
		defer b.Release()
		return tx.Write(t.Context(), b)
	}
	commit(func(tx sink.Tx) error {
		var rows []wideRow
		for id := range 2 * batches {
			rows = append(rows, wideRow{id, "word"})
		}
		return write(tx, rows...)
	}, sink.Counts{Read: 2 * batches, Inserted: 2 * batches})
	// Each batch has a row that is the same, one that is another, and two that are new.
	commit(func(tx sink.Tx) error {
		for i := range batches {
			err := write(tx, wideRow{i, "word"}, wideRow{batches + i, "other"}, wideRow{2*batches + i, "word"}, wideRow{3*batches + i, "word"})
			if err != nil {
				return fmt.Errorf("batch %d: %w", i, err)
			}
		}
		return nil
	}, sink.Counts{Read: 4 * batches, Inserted: 2 * batches, Updated: batches, Unchanged: batches})
}
