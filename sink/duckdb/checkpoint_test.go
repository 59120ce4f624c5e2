package duckdb

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"desklake/schema"
)

// Rows that are replaced night by night do not make the file grow for ever.
func TestReplacedRowsDoNotPileUp(t *testing.T) {
	t.Parallel()
	table := numbers("numbers")
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
		ids := make([]int64, live)
		for i, id := range rand.New(rand.NewPCG(1, uint64(night))).Perm(live) {
			ids[i] = int64(id)
		}
		if night > 0 {
			ids = ids[:changed]
		}
		if err := commitNight(t, s, table, night, ids); err != nil {
			t.Fatal(err)
		}
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
