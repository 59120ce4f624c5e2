package parquet

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
)

// fourPets are in four partitions.
func fourPets(t *testing.T) *lake {
	l := newLake(t)
	l.run([]string{pet(1, 1, 1, "a"), pet(2, 2, 1, "b"), pet(3, 3, 1, "c"), pet(4, 0, 1, "d")})
	return l
}

// widerPets is pets of a later version of the program.
func widerPets() *schema.Table {
	wider := *pets
	wider.Columns = append(slices.Clone(pets.Columns), schema.Column{Name: "legs", Type: schema.Int, Doc: "How many."})
	return &wider
}

func petWithLegs(id, month, legs int) string {
	return strings.Replace(pet(id, month, 60*24, "x"), "{", fmt.Sprintf(`{"legs":%d,`, legs), 1)
}

func TestANewColumnLeavesTheFilesReadableAtEveryMoment(t *testing.T) {
	t.Parallel()
	l := fourPets(t)
	l.tables = []*schema.Table{widerPets(), words}
	l.disk.before = func(operation, path string) error {
		if operation == "rename" || operation == "sync folder" {
			for _, union := range []string{"false", "true"} {
				if got := l.query("SELECT count(*) FROM read_parquet(FILES, union_by_name = " + union + ")"); got[0] != "4" && got[0] != "5" {
					t.Errorf("before %s of %s: %s rows", operation, path, got[0])
				}
			}
		}
		return nil
	}
	// In the month that comes first, in the one that comes last, and in one before all others.
	l.run([]string{petWithLegs(1, 1, 4), petWithLegs(4, 0, 3), strings.Replace(petWithLegs(5, 1, 2), "2026-01", "2025-01", 1)})
	for _, union := range []string{"false", "true"} {
		got := l.query("SELECT id, legs FROM read_parquet(FILES, union_by_name = " + union + ")")
		if diff := cmp.Diff([]string{"1 4", "2 <nil>", "3 <nil>", "4 3", "5 2"}, got); diff != "" {
			t.Errorf("union_by_name = %s (-want +got):\n%s", union, diff)
		}
	}
}

// The file of a merge that was broken off is ours, also when a later version of the program finds it.
func TestColumnsThatGrowTwiceOverBrokenMergesLeaveTheFilesKnown(t *testing.T) {
	t.Parallel()
	l := fourPets(t)
	for i, column := range []string{"legs", "wings"} {
		wider := *l.tables[0]
		wider.Columns = append(slices.Clone(wider.Columns), schema.Column{Name: column, Type: schema.Int})
		l.tables = []*schema.Table{&wider, words}
		placing := 0
		l.disk.before = func(operation, path string) error {
			if operation == "rename" && filepath.Base(path) == ".pets.draft" {
				placing++
			}
			if placing+i > 1 { // the second file the first time, then the first
				return errCrash
			}
			return nil
		}
		if err := l.tryRun(); !errors.Is(err, errCrash) {
			t.Fatalf("with %s: %v", column, err)
		}
	}
	l.disk.before = nil
	l.run()
	if diff := cmp.Diff([]string{"1 <nil>", "2 <nil>", "3 <nil>", "4 <nil>"}, l.query("SELECT id, wings FROM FILES")); diff != "" {
		t.Error(diff)
	}
}
