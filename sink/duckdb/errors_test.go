package duckdb_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"desklake/sink"
	"desklake/sink/duckdb"
)

// What somebody dropped of desklake's own tables is told as such, and the next run makes it again.
func TestALostTableOfDesklakesOwnIsTold(t *testing.T) {
	t.Parallel()
	for _, harm := range []string{"DROP TABLE desklake.issues", "DROP TABLE desklake.loads", "ALTER TABLE desklake.loads DROP COLUMN rows_read",
		"ALTER TABLE desklake.runs DROP COLUMN trigger", "ALTER TABLE desklake.checkpoints DROP COLUMN cursor", "ALTER TABLE desklake.tables DROP COLUMN inserted"} {
		t.Run(harm, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			if err := h.run(1, 100).Close(); err != nil {
				t.Fatal(err)
			}
			changeFile(t, h.path, harm)
			var lost *duckdb.PathError
			if _, err := duckdb.Inspect(t.Context(), duckdb.Options{Path: h.path}, sink.All); !errors.As(err, &lost) || !strings.Contains(lost.Problem, "desklake's own") || lost.Hint() == "" {
				t.Errorf("status: %v", err)
			}
			if strings.Contains(harm, "checkpoints") || strings.Contains(harm, "tables") {
				return
			}
			if err := h.run(2, 100).Close(); err != nil {
				t.Errorf("the next run: %v", err)
			}
			if _, err := duckdb.Inspect(t.Context(), duckdb.Options{Path: h.path}, sink.All); err != nil {
				t.Errorf("then: %v", err)
			}
		})
	}
}

// An older file beside the log of a newer state is told with what to do.
func TestAFileBesideTheLogOfAnotherStateIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.run(1, 100).Close(); err != nil {
		t.Fatal(err)
	}
	backup, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	for number := 2; number < 5; number++ {
		if err := h.run(number, 100).Close(); err != nil {
			t.Fatal(err)
		}
	}
	s := h.run(5, 100)
	log, err := os.ReadFile(h.path + ".wal")
	if err = errors.Join(err, s.Close(), os.WriteFile(h.path, backup, 0o600), os.WriteFile(h.path+".wal", log, 0o600)); err != nil {
		t.Fatal(err)
	}
	var told *duckdb.PathError
	if _, err := duckdb.Open(t.Context(), duckdb.Options{Path: h.path}); !errors.As(err, &told) || !strings.Contains(told.Problem, "another state") {
		t.Errorf("%v", err)
	}
	if err := errors.Join(os.Remove(h.path+".wal"), h.run(6, 100).Close()); err != nil {
		t.Error(err)
	}
}
