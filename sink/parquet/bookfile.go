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

	"desklake/sink/book"
)

// bookRows is how many rows a row group of desklake's own tables has at most.
const bookRows = 8192

// writeRows writes a file of one of desklake's own tables.
func writeRows[R any](d disk, root string, t *book.Table[R], path string, rows iter.Seq2[R, error]) error {
	if err := d.makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return d.replaceSealed(path, filepath.Join(root, drafts), func(to io.Writer) error {
		w := parquet.NewGenericWriter[any](to, append(slices.Concat(lasting, portable, sealed), bookSchema(t), parquet.MaxRowsPerRowGroup(bookRows))...)
		buffer := make([]parquet.Row, 0, 512)
		for r, failed := range rows {
			if failed != nil {
				return failed
			}
			if buffer = append(buffer, bookRow(t, &r)); len(buffer) == cap(buffer) {
				if _, err := w.WriteRows(buffer); err != nil {
					return err
				}
				buffer = buffer[:0]
			}
		}
		_, err := w.WriteRows(buffer)
		return errors.Join(err, w.Close())
	})
}

// isComplete reports that a file is there, and is not one of an earlier version that had fewer columns.
func isComplete[R any](t *book.Table[R], path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist) // who reads it meets the error
	}
	defer f.Close()
	content, err := footer(f)
	if err != nil {
		return true
	}
	there := content.Schema().Columns()
	return !slices.ContainsFunc(t.Columns, func(c book.Column[R]) bool {
		return !slices.ContainsFunc(there, func(path []string) bool { return path[0] == c.Name })
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
func readRows[R any](t *book.Table[R], path string) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for group, err := range readGroups(t, path, false) {
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
func readGroups[R any](t *book.Table[R], path string, backwards bool) iter.Seq2[iter.Seq2[R, error], error] {
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
			if !yield(readGroup(t, path, g), nil) {
				return
			}
		}
	}
}

func readGroup[R any](t *book.Table[R], path string, group parquet.RowGroup) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		rows, columns := group.Rows(), leavesOf(t, group.Schema())
		defer func() { _ = rows.Close() }() // it was read only
		buffer := make([]parquet.Row, 512)
		for left := group.NumRows(); left > 0; {
			n, err := rows.ReadRows(buffer)
			if n == 0 {
				yield(*new(R), damaged(path, errors.Join(err, io.ErrUnexpectedEOF)))
				return
			}
			left -= int64(n)
			for _, values := range buffer[:n] {
				var r R
				for _, v := range values {
					columns[v.Column()].take(&r, v)
				}
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}
