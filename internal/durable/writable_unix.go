//go:build unix

package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Writable reports that the file or folder, or where there is none the nearest folder around it that is there, may be written.
func Writable(path string) error {
	err := unix.Access(path, unix.W_OK)
	for errors.Is(err, fs.ErrNotExist) && path != filepath.Dir(path) {
		path = filepath.Dir(path)
		err = unix.Access(path, unix.W_OK)
	}
	if err != nil {
		return fmt.Errorf("%s may not be written: %w", path, err)
	}
	return nil
}
