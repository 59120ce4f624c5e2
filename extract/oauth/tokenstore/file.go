package tokenstore

import (
	"bytes"
	"desklake/internal/durable"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// file is a login in a file that only its owner can read.
type file struct{ path string }

// read does not open what is no file: a pipe would be waited for, and a device may never end.
func (f *file) read() ([]byte, error) {
	info, err := os.Stat(f.path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	if err == nil && info.Size() > largest {
		return nil, fmt.Errorf("it holds %d bytes, and a login takes %d at the most", info.Size(), largest)
	}
	data, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	return data, err
}

// exposed returns the permissions of a file that others than its owner can read or write, and else 0.
func (f *file) exposed() fs.FileMode {
	info, err := os.Stat(f.path)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return 0
	}
	return info.Mode().Perm()
}

func (f *file) remove() error {
	err := os.Remove(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, durable.SyncFolder(filepath.Dir(f.path)))
}

// draft is the next version of a file, beside it, with its place on the disk taken.
type draft struct {
	*os.File
	place string // of the file that it will be
}

// room is how many bytes a login may take: several times what one has. A file larger than largest is something else.
const (
	room    = 8 << 10
	largest = 8 * room
)

// prepare makes a draft. One that a killed process left behind is replaced.
func (f *file) prepare() (*draft, error) {
	name := f.path + ".new"
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	opened, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	d := &draft{opened, f.path}
	_, err = d.Write(bytes.Repeat([]byte{' '}, room))
	if err = errors.Join(err, d.Sync()); err != nil {
		d.discard()
		return nil, err
	}
	return d, nil
}

// put gives the draft its content and makes it the file, durably.
func (d *draft) put(data []byte, step func(string)) error {
	if err := d.fill(data, step); err != nil {
		d.discard()
		return err
	}
	if err := os.Rename(d.Name(), d.place); err != nil {
		return err
	}
	step("renamed")
	return durable.SyncFolder(filepath.Dir(d.place))
}

func (d *draft) fill(data []byte, step func(string)) error {
	_, err := d.WriteAt(data, 0)
	if err = errors.Join(err, d.Truncate(int64(len(data)))); err != nil {
		return err
	}
	step("written")
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return err
	}
	step("synced")
	return nil
}

func (d *draft) discard() { _ = errors.Join(d.Close(), os.Remove(d.Name())) }
