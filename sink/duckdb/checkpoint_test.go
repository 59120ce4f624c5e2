package duckdb

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
)

// Rows that are replaced night by night do not make the file grow for ever.
func TestReplacedRowsDoNotPileUp(t *testing.T) {
	t.Parallel()
	table := &schema.Table{Name: "numbers", Doc: "Numbers.", Key: "id", Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The number."}, {Name: "night", Type: schema.Int, Doc: "When it changed."}}}
	const live, changed = 3 * groupRows, groupRows
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	for night := range 7 {
		s, err := Open(t.Context(), Options{Path: path})
		if err == nil {
			err = s.Prepare(t.Context(), []*schema.Table{table})
		}
		if err != nil {
			t.Fatal(err)
		}
		d := schema.NewDecoder(table)
		d.Page(time.Unix(1e9, 0), "run")
		ids := rand.New(rand.NewPCG(1, uint64(night))).Perm(live)
		if night > 0 {
			ids = ids[:changed]
		}
		for _, id := range ids {
			d.Decode(jsonscan.New(fmt.Appendf(nil, `{"id":%d,"night":%d}`, id, night)))
		}
		batches, _ := d.Flush()
		tx, err := s.Begin(t.Context(), "run", table.Name)
		for _, b := range batches {
			if err == nil {
				err = tx.Write(t.Context(), b)
			}
			b.Release()
		}
		if err == nil {
			_, err = tx.Commit(t.Context(), sink.Commit{At: time.Unix(1e9+int64(night), 0), Load: sink.Load{Tables: []string{table.Name}}})
		}
		if err != nil {
			t.Fatal(err)
		}
		d.Release()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	e, err := s.extent(t.Context())
	if err != nil || e.inserted != live || e.changed != 6*changed {
		t.Errorf("%+v, %v", e, err)
	}
	if e.dead() > live {
		t.Errorf("%d rows take room for %d", e.rows, live)
	}
	count, err := s.own.queryInt(t.Context(), "SELECT count(*) FROM "+catalog+".main.numbers")
	if err != nil || count != live {
		t.Errorf("%d rows, want %d: %v", count, live, err)
	}
}
