package duckdb_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"desklake/sink/duckdb"
)

func TestNothingIsWrittenThroughALinkBesideTheFile(t *testing.T) {
	t.Parallel()
	for _, end := range []string{".wal", ".tmp", ".wal.checkpoint", ".wal.recovery"} {
		path := filepath.Join(t.TempDir(), "lake.duckdb")
		s, err := duckdb.Open(t.Context(), duckdb.Options{Path: path})
		if err == nil {
			err = s.Close()
		}
		target := filepath.Join(t.TempDir(), "target")
		if err == nil {
			err = os.Symlink(target, path+end)
		}
		if err != nil {
			t.Fatal(err)
		}
		var refused *duckdb.PathError
		if _, err := duckdb.Open(t.Context(), duckdb.Options{Path: path}); !errors.As(err, &refused) || refused.Path != path+end || refused.Hint() == "" {
			t.Errorf("%s: %v", end, err)
		}
		if _, err := os.Lstat(target); err == nil {
			t.Errorf("%s: there is something at the other end", end)
		}
	}
}
