package parquet

import (
	"iter"
	"path/filepath"

	"desklake/sink/book"
)

// bookFile is a file of one of desklake's own tables. A changed row is stored whole in the manifest, with what it belongs to; at
// the end of a run all rows are written into the file. Doing that twice changes nothing. It is read when its rows are
// asked for.
type bookFile[R any] struct {
	table  *book.Table[R]
	file   string // without its folder and ending
	stored []R    // what was in the manifest only when it was opened

	loaded bool
	rows   []R
	at     map[string]int
	dirty  map[int]bool
	short  bool // the file has rows that are to go
}

// path is where the file is.
func (b *bookFile[R]) path(root string) string { return ownFile(root, b.table.Name, b.file) }

// ownFile is a file of one of desklake's own tables.
func ownFile(root, table, file string) string {
	return filepath.Join(root, own, table, file+".parquet")
}

// load reads the file, and the rows that are in the manifest only, once.
func (b *bookFile[R]) load(root string) error {
	if b.loaded {
		return nil
	}
	b.at, b.dirty = map[string]int{}, map[int]bool{}
	for r, err := range readRows(b.table, b.path(root)) {
		if err != nil {
			return err
		}
		b.at[b.table.KeyOf(&r)] = len(b.rows)
		b.rows = append(b.rows, r)
	}
	b.loaded = true
	for _, r := range b.stored {
		b.put(r)
	}
	return nil
}

// get returns the row with r's key as it stands; false where there is none.
func (b *bookFile[R]) get(r R) (R, bool) {
	i, found := b.at[b.table.KeyOf(&r)]
	if !found {
		return r, false
	}
	return b.rows[i], true
}

// put stores a row, in the place of the one with its key.
func (b *bookFile[R]) put(r R) {
	i, found := b.at[b.table.KeyOf(&r)]
	if !found {
		i = len(b.rows)
		b.at[b.table.KeyOf(&r)] = i
		b.rows = append(b.rows, r)
	}
	b.rows[i] = r
	b.dirty[i] = true
}

// drop removes rows.
func (b *bookFile[R]) drop(goes func(*R) bool) {
	rows, dirty := b.rows, b.dirty
	b.rows, b.at, b.dirty = nil, map[string]int{}, map[int]bool{}
	for i, r := range rows {
		if goes(&r) {
			b.short = true
			continue
		}
		if dirty[i] {
			b.dirty[len(b.rows)] = true
		}
		b.at[b.table.KeyOf(&r)] = len(b.rows)
		b.rows = append(b.rows, r)
	}
}

// changed are the rows that are not in the file yet.
func (b *bookFile[R]) changed() (rows []R) {
	if !b.loaded {
		return b.stored
	}
	for i := range b.rows {
		if b.dirty[i] {
			rows = append(rows, b.rows[i])
		}
	}
	return rows
}

// write writes the file, if that is not as it should be.
func (b *bookFile[R]) write(d disk, root string) error {
	if len(b.changed()) == 0 && !b.short && isComplete(b.table, b.path(root)) {
		return nil
	}
	err := b.load(root)
	if err == nil {
		err = writeRows(d, root, b.table, b.path(root), allOf(b.rows))
	}
	if err == nil {
		clear(b.dirty)
		b.short = false
	}
	return err
}

// scan gives the rows as they stand, without keeping them.
func (b *bookFile[R]) scan(root string) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		changed := map[string]R{}
		for _, r := range b.stored {
			changed[b.table.KeyOf(&r)] = r
		}
		for r, err := range readRows(b.table, b.path(root)) {
			if now, found := changed[b.table.KeyOf(&r)]; found {
				r = now
				delete(changed, b.table.KeyOf(&r))
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
		for _, r := range b.stored {
			if _, left := changed[b.table.KeyOf(&r)]; left && !yield(r, nil) {
				return
			}
		}
	}
}

// rewrite writes the file anew, with all of today's columns, and each row as edit leaves it.
func (b *bookFile[R]) rewrite(d disk, root string, edit func(*R)) error {
	return writeRows(d, root, b.table, b.path(root), func(yield func(R, error) bool) {
		for r, err := range b.scan(root) {
			edit(&r)
			if !yield(r, err) {
				return
			}
		}
	})
}
