package duckdb

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
)

// What a large batch leaves behind is given back; the limit that is set for it stays what it was, chosen or not.
func TestTheLimitOfMemoryStaysBehindALargeBatch(t *testing.T) {
	t.Parallel()
	for _, chosen := range []string{"", "300MiB"} {
		s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "lake.duckdb"), MemoryLimit: chosen})
		if err != nil {
			t.Fatal(err)
		}
		limit := func() (limit string) {
			t.Helper()
			if err := s.own.query(t.Context(), "SELECT current_setting('memory_limit')", nil, func(v []any) error {
				limit = text(v[0])
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return limit
		}
		table := &schema.Table{Name: "texts", Doc: "Texts.", Key: "id", Columns: []schema.Column{
			{Name: "id", Type: schema.Int, Doc: "The text."}, {Name: "text", Type: schema.Text, Doc: "It."}}}
		if err := s.Prepare(t.Context(), []*schema.Table{table}); err != nil {
			t.Fatal(err)
		}
		before := limit()
		tx, err := s.Begin(t.Context(), "run", table.Name)
		if err != nil {
			t.Fatal(err)
		}
		d := schema.NewDecoder(table)
		defer d.Release()
		d.Decode(jsonscan.New(fmt.Appendf(nil, `{"id":1,"text":%q}`, strings.Repeat("x", largeBatch+1))))
		batches, _ := d.Flush()
		for _, b := range batches {
			if err := tx.Write(t.Context(), b); err != nil {
				t.Error(err)
			}
			b.Release()
		}
		counts, err := tx.Commit(t.Context(), sink.Commit{Load: sink.Load{Tables: []string{table.Name}}})
		if err != nil || counts[table.Name].Inserted != 1 {
			t.Errorf("%+v, %v", counts, err)
		}
		if after := limit(); after != before || before == "" {
			t.Errorf("the limit was %s and is %s", before, after)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
