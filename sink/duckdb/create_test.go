package duckdb_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
)

func TestANewFileIsOneFileWithoutDrafts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	// The log of a file that has vanished stays behind.
	if err := os.WriteFile(path+".wal", []byte("stale"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := duckdb.Open(t.Context(), duckdb.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 || entries[0].Name() != "lake.duckdb" {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

func TestARefusedFileStaysAsItWas(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	db, err := sql.Open("duckdb", path)
	if err == nil {
		_, err = db.Exec("CREATE TABLE b AS SELECT 1 AS id")
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := duckdb.Open(t.Context(), duckdb.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	id := []schema.Column{{Name: "id", Type: schema.Int}}
	err = s.Prepare(t.Context(), []*schema.Table{{Name: "a", Key: "id", Columns: id}, {Name: "b", Key: "id", Columns: id}})
	var refused *duckdb.PathError
	if !errors.As(err, &refused) || !strings.Contains(refused.Problem, "table or view b") {
		t.Errorf("Prepare: %v", err)
	}
	if stored, err := s.Checkpoints(t.Context()); err != nil || len(stored) > 0 {
		t.Errorf("Checkpoints: %v, %v", stored, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed (%v)", err)
	}
}

func TestAFileThatVanishesIsNotWrittenToInSilence(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	s, err := duckdb.Open(t.Context(), duckdb.Options{Path: path})
	if err == nil {
		err = s.Prepare(t.Context(), nil)
	}
	if err == nil {
		err = os.Rename(path, path+".away")
	}
	if err != nil {
		t.Fatal(err)
	}
	tx, err := s.Begin(t.Context(), "run", "pets")
	if err != nil {
		t.Fatal(err)
	}
	var vanished *duckdb.PathError
	if _, err := tx.Commit(t.Context(), sink.Commit{}); !errors.As(err, &vanished) {
		t.Errorf("Commit: %v", err)
	}
	if err := s.Close(); !errors.As(err, &vanished) {
		t.Errorf("Close: %v", err)
	}
}
