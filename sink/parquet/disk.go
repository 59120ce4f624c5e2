package parquet

import (
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"desklake/internal/durable"
)

// disk is every change that this package makes to a file system, so that a test can stop at each of them.
type disk struct {
	// before is called ahead of a change; its error takes the change's place. Nil but in tests.
	before func(operation, path string) error
}

func (d disk) do(operation, path string, change func() error) error {
	if d.before != nil {
		if err := d.before(operation, path); err != nil {
			return err
		}
	}
	return change()
}

// file is a file that is being written.
type file struct {
	*os.File
	disk  disk
	bytes int64
	sum   uint32 // the checksum of what was written
}

// create opens a new file, in the place of an old one of the name.
func (d disk) create(path string) (f *file, err error) {
	err = d.do("create", path, func() (err error) {
		opened, err := durable.CreateOwn(path)
		f = &file{File: opened, disk: d}
		return err
	})
	return f, err
}

func (f *file) Write(b []byte) (n int, err error) {
	err = f.disk.do("write", f.Name(), func() (err error) {
		n, err = f.File.Write(b)
		return err
	})
	f.bytes += int64(n)
	f.sum = crc32.Update(f.sum, castagnoli, b[:n])
	return n, err
}

// ReadFrom hides the method of os.File, which would write past the test's eyes.
func (f *file) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{f}, r) }

// finish makes the content durable and closes the file.
func (f *file) finish() error {
	err := f.disk.do("sync", f.Name(), f.Sync)
	return errors.Join(err, f.Close())
}

// sync makes the content of a file durable that was closed before.
func (d disk) sync(path string) error {
	return d.do("sync", path, func() error {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}

// rename puts a finished file into its place in one step; syncFolder makes that durable.
func (d disk) rename(from, to string) error {
	return d.do("rename", from, func() error { return os.Rename(from, to) })
}

// syncFolder makes the names in a folder durable.
func (d disk) syncFolder(path string) error {
	return d.do("sync folder", path, func() error { return durable.SyncFolder(path) })
}

// makeFolder creates a folder and those above it that are missing, durably.
func (d disk) makeFolder(path string) error {
	if _, err := os.Stat(path); err == nil {
		return checkFolder(path)
	}
	parent := filepath.Dir(path)
	if err := d.makeFolder(parent); err != nil {
		return err
	}
	err := d.do("make folder", path, func() error { return os.Mkdir(path, 0o777) })
	if errors.Is(err, fs.ErrExist) {
		err = checkFolder(path)
	}
	if err != nil {
		return err
	}
	return d.syncFolder(parent)
}

// remove removes a file, which may be gone already.
func (d disk) remove(path string) error {
	err := d.do("remove", path, func() error { return os.Remove(path) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// replace writes a file beside its place and renames it into it. Drafts is the folder for what is not finished.
func (d disk) replace(path, drafts string, write func(io.Writer) error) error {
	draft := filepath.Join(drafts, filepath.Base(path))
	f, err := d.create(draft)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.finish(); err != nil {
		return err
	}
	if err := d.rename(draft, path); err != nil {
		return err
	}
	return d.syncFolder(filepath.Dir(path))
}
