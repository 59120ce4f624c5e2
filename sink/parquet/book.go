package parquet

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// book is one of desklake's own tables. It is small enough to be held in memory. A changed row is stored whole in the
// manifest, with what it belongs to; at the end of a run all rows are written into the table's file. Doing that twice
// changes nothing.
type book[R any] struct {
	name  string
	key   func(*R) [4]string
	rows  []R
	at    map[[4]string]int
	dirty map[int]bool
}

func newBook[R any](name string, key func(*R) [4]string) *book[R] {
	return &book[R]{name: name, key: key, at: map[[4]string]int{}, dirty: map[int]bool{}}
}

// ownFile is the file of one of desklake's own tables.
func ownFile(root, name string) string { return filepath.Join(root, own, name, name+".parquet") }

// open reads the table's file, and the rows that are in the manifest only.
func (b *book[R]) open(root string, changed []R) error {
	f, err := os.Open(ownFile(root, b.name))
	if err == nil {
		err = b.read(f)
		f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return damaged(ownFile(root, b.name), err)
	}
	for _, r := range changed {
		b.put(r)
	}
	return nil
}

func (b *book[R]) read(f *os.File) error {
	r := parquet.NewGenericReader[R](f)
	b.rows = make([]R, r.NumRows())
	n, err := r.Read(b.rows)
	if n < len(b.rows) {
		return errors.Join(err, io.ErrUnexpectedEOF, r.Close())
	}
	if err := r.Close(); err != nil {
		return err
	}
	for i := range b.rows {
		b.at[b.key(&b.rows[i])] = i
	}
	return nil
}

// get returns the row with r's key as it stands; false where there is none.
func (b *book[R]) get(r R) (R, bool) {
	i, found := b.at[b.key(&r)]
	if !found {
		return r, false
	}
	return b.rows[i], true
}

// put stores a row, in the place of the one with its key.
func (b *book[R]) put(r R) {
	i, found := b.at[b.key(&r)]
	if !found {
		i = len(b.rows)
		b.at[b.key(&r)] = i
		b.rows = append(b.rows, r)
	}
	b.rows[i] = r
	b.dirty[i] = true
}

// changed are the rows that are not in the table's file yet.
func (b *book[R]) changed() (rows []R) {
	for i := range b.rows {
		if b.dirty[i] {
			rows = append(rows, b.rows[i])
		}
	}
	return rows
}

// write writes the table's file if a row has changed.
func (b *book[R]) write(d disk, root string) error {
	if _, err := os.Stat(ownFile(root, b.name)); err == nil && len(b.dirty) == 0 {
		return nil
	}
	err := writeRows(d, root, b.name, b.rows)
	if err == nil {
		clear(b.dirty)
	}
	return err
}

// writeRows writes the file of one of desklake's own tables.
func writeRows[R any](d disk, root, name string, rows []R) error {
	path := ownFile(root, name)
	if err := d.makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return d.replace(path, filepath.Join(root, drafts), func(to io.Writer) error {
		w := parquet.NewGenericWriter[R](to, slices.Concat(lasting, portable)...)
		_, err := w.Write(rows)
		return errors.Join(err, w.Close())
	})
}
