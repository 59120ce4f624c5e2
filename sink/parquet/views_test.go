package parquet

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"desklake/schema"
	"desklake/sink"
)

// A view can be made at any moment: of the columns that the files have by then.
func TestViewsHaveTheColumnsOfTheFiles(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.Path = filepath.Join(filepath.Dir(l.Path), "a [b]*c? 'd'") // which DuckDB would take for a pattern
	view := func() sink.View {
		views, err := Views(t.Context(), l.Options)
		if err != nil {
			t.Fatal(err)
		}
		if len(views) != 6 || views[0].Name != "pets" || views[1].Name != "words" || views[2].Schema != "desklake" {
			t.Fatalf("views: %+v", views)
		}
		return views[0]
	}
	count := func(v sink.View) string {
		return l.query("SELECT count(*) FROM read_parquet('" + strings.ReplaceAll(v.Files[0], "'", "''") + "', union_by_name = true)")[0]
	}
	hasLegs := func(v sink.View) bool {
		return slices.ContainsFunc(v.Columns, func(c sink.ViewColumn) bool { return c == sink.ViewColumn{Name: "legs", Doc: "How many."} })
	}
	l.run()
	if v := view(); count(v) != "0" || hasLegs(v) || v.Doc != "Pets." {
		t.Errorf("of an empty table: %s rows, %+v", count(v), v)
	}
	l.run([]string{pet(1, 1, 1, "a")})
	l.tables = []*schema.Table{widerPets(), words}
	s := l.prepared()
	if err := s.lock.Unlock(); err != nil { // as if the run was killed
		t.Fatal(err)
	}
	if v := view(); count(v) != "1" || hasLegs(v) {
		t.Errorf("before a merge: %s rows, %+v", count(v), v)
	}
	l.run()
	if v := view(); count(v) != "1" || !hasLegs(v) {
		t.Errorf("behind it: %s rows, %+v", count(v), v)
	}
}
