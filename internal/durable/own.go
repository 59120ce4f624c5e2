// Package durable keeps files that are desklake's own: nobody else can open them, no link leads elsewhere, and one process
// at a time has them.
package durable

import (
	"errors"
	"io/fs"
	"os"
)

// ErrLink is the error of a file of desklake's own that is a symbolic link: whoever made it would choose what is written to.
var ErrLink = errors.New("is a symbolic link, and desklake writes through none")

// errNoFile is the error of something else in the place of a file.
var errNoFile = errors.New("is not a file")

// OpenOwn opens a file for reading and writing that only its owner can open, and makes it if it is not there. One that
// others could open is closed to them. Errors: ErrLink, and those of the operating system.
func OpenOwn(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, 0o600)
	if linked := CheckLink(path); linked != nil {
		err = linked
	}
	if err == nil {
		err = closeToOthers(f)
	}
	if err != nil {
		if f != nil {
			f.Close()
		}
		return nil, err
	}
	return f, nil
}

func closeToOthers(f *os.File) error {
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "open", Path: f.Name(), Err: errNoFile}
	case info.Mode().Perm()&0o077 != 0:
		// Another user's file stays as it is: that user's next run closes it.
		if err := f.Chmod(0o600); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}

// CreateOwn makes a file that is not there yet; an old one of the name is removed before, so that nothing is written through
// a link to another file.
func CreateOwn(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
}

// CheckLink returns ErrLink if a path leads to a symbolic link.
func CheckLink(path string) error {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return &fs.PathError{Op: "open", Path: path, Err: ErrLink}
	}
	return nil
}

// SyncFolder makes the names in a folder durable: those of files that were made, renamed or removed there.
func SyncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
