package parquet

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// bookRows is how many rows a row group of desklake's own tables has at most.
const bookRows = 8192

// writeRows writes a file of one of desklake's own tables.
func writeRows[R any](d disk, root, path string, rows iter.Seq2[R, error]) error {
	if err := d.makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return d.replaceSealed(path, filepath.Join(root, drafts), func(to io.Writer) (err error) {
		w := parquet.NewGenericWriter[R](to, append(slices.Concat(lasting, portable, sealed), parquet.MaxRowsPerRowGroup(bookRows))...)
		buffer := make([]R, 0, 512)
		for r, failed := range rows {
			if failed != nil {
				return failed
			}
			if buffer = append(buffer, r); len(buffer) == cap(buffer) {
				if _, err := w.Write(buffer); err != nil {
					return err
				}
				buffer = buffer[:0]
			}
		}
		_, err = w.Write(buffer)
		return errors.Join(err, w.Close())
	})
}

func allOf[R any](rows []R) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// readRows reads a file of one of desklake's own tables, a row at a time. There are none where there is no file.
func readRows[R any](path string) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for group, err := range readGroups[R](path, false) {
			if err != nil {
				yield(*new(R), err)
				return
			}
			for r, err := range group {
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// readGroups reads the row groups of a file, from the last one on if it is to be read backwards.
func readGroups[R any](path string, backwards bool) iter.Seq2[iter.Seq2[R, error], error] {
	return func(yield func(iter.Seq2[R, error], error) bool) {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		var content *parquet.File
		if err == nil {
			defer f.Close()
			content, err = unsealed(f)
		}
		if err != nil {
			yield(nil, damaged(path, err))
			return
		}
		groups := slices.Clone(content.RowGroups())
		if backwards {
			slices.Reverse(groups)
		}
		for _, g := range groups {
			if !yield(readGroup[R](path, g), nil) {
				return
			}
		}
	}
}

func readGroup[R any](path string, group parquet.RowGroup) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		r := parquet.NewGenericRowGroupReader[R](group)
		defer func() { _ = r.Close() }() // it was read only
		buffer := make([]R, 512)
		for left := group.NumRows(); left > 0; {
			clear(buffer) // a null leaves what was there
			n, err := r.Read(buffer)
			if n == 0 {
				yield(*new(R), damaged(path, errors.Join(err, io.ErrUnexpectedEOF)))
				return
			}
			left -= int64(n)
			for _, row := range buffer[:n] {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}
