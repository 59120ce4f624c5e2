package config

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// What a file may hold, in bytes. Thousands of jobs fit into a configuration of that size; no request carries a larger
// secret.
const (
	maxFile   = 1 << 20
	maxSecret = 64 << 10
)

// readFile reads a file, a device or a pipe of at most so many bytes. Opening one can take for ever, as a pipe does that
// nobody writes to, and so can reading it: both are left behind when ctx ends.
func readFile(ctx context.Context, path string, most int64) ([]byte, error) {
	type content struct {
		data []byte
		err  error
	}
	read := make(chan content, 1)
	go func() {
		data, err := readAtMost(path, most)
		read <- content{data, err}
	}()
	select {
	case c := <-read:
		return c.data, c.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func readAtMost(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("holds more than %d KiB", most>>10)
	}
	return data, err
}

// reason is why a file can't be read, without the path.
func reason(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "no such file"
	}
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
