package duckdb

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// create makes a database file that is not there, in one step. DuckDB writes the head of a new file block by block: a
// process that is killed meanwhile, or a full disk, would leave a file that nobody can open any more.
func create(ctx context.Context, c *conn, path string) error {
	draft, err := os.MkdirTemp(filepath.Dir(path), filepath.Base(path)+".new-")
	if err != nil {
		return explainOS(path, err)
	}
	defer func() { _ = os.RemoveAll(draft) }() // what is left of it is in nobody's way
	file := filepath.Join(draft, "new.duckdb")
	for _, sql := range []string{"ATTACH " + literal(file) + " AS draft " + storageOptions, "DETACH draft"} {
		if _, err := c.exec(ctx, sql); err != nil {
			return explain(path, err)
		}
	}
	// The log of a file that has vanished is worth nothing, and DuckDB refuses a file with another one's log.
	if err := os.Remove(path + ".wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return explainOS(path, err)
	}
	// A link, unlike a new name, does not replace what another process made meanwhile. Not every file system has them.
	err = os.Link(file, path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		err = os.Rename(file, path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return explainOS(path, err)
	}
	return nil
}

// explainOS explains an error of the operating system as explain does those of DuckDB.
func explainOS(path string, err error) error {
	var wrapped *fs.PathError
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return explain(path, &statementError{err.Error()})
}
