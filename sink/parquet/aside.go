package parquet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// aside is the folder, below the lake's, for files of tables that are not what desklake wrote, and whose rows come from
// elsewhere: who reads the folder of a table would take them for a part of it.
const aside = own + "/damaged"

// oldAside is how the names of such files end that an earlier version of desklake left in the folders of tables.
const oldAside = ".damaged"

// setAside moves a file below the lake's folder to where no reader looks, beside those that were moved there before. It may be
// gone already.
func (s *Sink) setAside(name string) error {
	from := filepath.Join(s.path, name)
	if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s.filters.forget(from)
	below, _ := strings.CutPrefix(filepath.ToSlash(strings.TrimSuffix(name, oldAside)), waiting+"/")
	to := filepath.Join(s.path, aside, filepath.FromSlash(below))
	err := s.disk.makeFolder(filepath.Dir(to))
	if err == nil {
		err = s.moveTo(from, to)
	}
	if errors.Is(err, syscall.EXDEV) { // the table's folder is a link to another disk: then readers look past a hidden file
		err = s.moveTo(from, filepath.Join(filepath.Dir(from), "."+filepath.Base(to)+oldAside))
	}
	return explain(s.path, err)
}

// moveTo renames a file durably, with the first number behind its new name that is free.
func (s *Sink) moveTo(from, to string) error {
	for n := 1; ; n++ {
		free := fmt.Sprintf("%s.%d", to, n)
		if _, err := os.Lstat(free); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return errors.Join(s.disk.rename(from, free), s.disk.syncFolder(filepath.Dir(free)), s.disk.syncFolder(filepath.Dir(from)))
	}
}

// setOldAside moves those that an earlier version left.
func (s *Sink) setOldAside() error {
	for name := range s.manifest.Tables {
		root, err := tableFolder(filepath.Join(s.path, name))
		if err != nil || root == "" {
			continue // which Prepare tells, if the table is read
		}
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !isOldAside(d.Name()) {
				return nil // what can't be read is met by whoever needs it
			}
			below, _ := filepath.Rel(root, path)
			return s.setAside(filepath.Join(name, below))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func isOldAside(name string) bool {
	return strings.HasSuffix(name, ".parquet"+oldAside) && !strings.HasPrefix(name, ".")
}
