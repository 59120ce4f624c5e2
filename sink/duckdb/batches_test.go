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

// wideBatch are n rows of wide from the id first on; the last list of a row holds a word.
func wideBatch(first, n int, word string) schema.Batch {
	d := schema.NewDecoder(wide)
	d.Page(time.Unix(1e9, 0), "run")
	for id := first; id < first+n; id++ {
		record := fmt.Appendf(nil, `{"name":"the row with the number %d"`, id)
		for i := range 6 {
			record = fmt.Appendf(record, `,"int%d":%d,"text%[1]d":"some text of row %[2]d","float%[1]d":%[2]d.5,"bool%[1]d":true,"time%[1]d":"2026-11-20T00:00:00Z",
				"list%[1]d":["a",%[3]q,null],"object%[1]d":{"a":%[2]d,"b":null}`, i, id, word)
		}
		d.Decode(jsonscan.New(append(record, '}')))
	}
	batches, _ := d.Flush()
	return batches[0]
}

// What a batch of a wide table needs is not held until the commit, whether its rows are new, the same or others.
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
	const batches, each = 500, 4
	for round, want := range []sink.Counts{
		{Read: batches * each, Inserted: batches * each},
		{Read: batches * each, Unchanged: batches * each},
		{Read: batches * each, Updated: batches * each},
	} {
		tx, err := s.Begin(t.Context(), "run", "wide")
		if err != nil {
			t.Fatal(err)
		}
		for i := range batches {
			b := wideBatch(i*each, each, fmt.Sprint("the word of round ", round/2))
			err := tx.Write(t.Context(), b)
			b.Release()
			if err != nil {
				t.Fatalf("batch %d of round %d: %v", i, round, err)
			}
		}
		missing, live, err := tx.Missing(t.Context(), wide)
		if wantLive := int64(batches * each * min(round, 1)); missing != 0 || live != wantLive || err != nil {
			t.Errorf("round %d: %d of %d rows are missing: %v", round, missing, live, err)
		}
		counts, err := tx.Commit(t.Context(), sink.Commit{At: time.Now(), Load: sink.Load{Tables: []string{"wide"}}})
		if got := counts["wide"]; got != want || err != nil {
			t.Errorf("round %d: %+v: %v", round, got, err)
		}
	}
}
