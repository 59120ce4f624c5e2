package parquet

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// reading is a file of a table that is open for reading.
type reading struct {
	layout  *layout
	path    string
	file    openedFile
	content *parquet.File
	groups  []parquet.RowGroup
	// from is the file's own leaf for each of the layout; -1 for those that it does not have. Nil where they are the same.
	from []int
}

// openedFile is a file of a table that is open.
type openedFile interface {
	io.ReaderAt
	io.Closer
	Stat() (os.FileInfo, error)
}

// files are those of a lake, which are opened by their names below its folder.
type files struct {
	root string
	held map[string]*os.File // that are open already, and stay it
}

func (f files) path(name string) string { return filepath.Join(f.root, name) }

func (f files) open(name string) (openedFile, error) {
	if held := f.held[name]; held != nil {
		return heldFile{held}, nil
	}
	opened, err := os.Open(f.path(name))
	if err != nil {
		return nil, err
	}
	return opened, nil
}

// heldFile is a file that others read, too.
type heldFile struct{ *os.File }

// Close does nothing: who holds the file closes it.
func (heldFile) Close() error { return nil }

func openFile(l *layout, in files, name string) (*reading, error) {
	f, err := in.open(name)
	if err != nil {
		return nil, err
	}
	return newReading(l, in.path(name), f)
}

// newReading takes the file over.
func newReading(l *layout, path string, f openedFile) (*reading, error) {
	r := &reading{layout: l, path: path, file: f}
	if err := r.open(); err != nil {
		return nil, errors.Join(damaged(path, err), f.Close())
	}
	return r, nil
}

func (r *reading) open() error {
	content, err := footer(r.file)
	if err != nil {
		return err
	}
	r.content, r.groups = content, content.RowGroups()
	if number, ours := content.Lookup(schemaKey); ours && number == strconv.Itoa(r.layout.number) {
		return nil
	}
	var own []string
	for _, path := range content.Schema().Columns() {
		own = append(own, strings.Join(path, "."))
	}
	for _, path := range r.layout.schema.Columns() {
		r.from = append(r.from, slices.Index(own, strings.Join(path, ".")))
	}
	for _, leaf := range []int{r.layout.key, r.layout.extracted, r.layout.run, r.layout.deleted} {
		if r.from[leaf] < 0 {
			return errors.New("it lacks columns of desklake")
		}
	}
	if r.layout.number == narrowed {
		r.narrow()
	}
	return nil
}

// narrow leaves out what the layout does not have: no page of it is read.
func (r *reading) narrow() {
	own := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(r.from))), func(leaf int) bool { return leaf < 0 })
	for i, leaf := range r.from {
		r.from[i] = slices.Index(own, leaf)
	}
	for i, g := range r.groups {
		group := &narrowGroup{RowGroup: g}
		for _, leaf := range own {
			group.chunks = append(group.chunks, g.ColumnChunks()[leaf])
		}
		r.groups[i] = group
	}
}

// narrowGroup is some columns of a row group.
type narrowGroup struct {
	parquet.RowGroup
	chunks []parquet.ColumnChunk
}

func (g *narrowGroup) ColumnChunks() []parquet.ColumnChunk { return g.chunks }
func (g *narrowGroup) Rows() parquet.Rows                  { return parquet.NewRowGroupRowReader(g) }

// footer reads what a file says of itself.
func footer(f openedFile) (*parquet.File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
}

func (r *reading) close() error { return r.file.Close() }

// own is the file's leaf for one of the layout.
func (r *reading) own(leaf int) int {
	if r.from == nil {
		return leaf
	}
	return r.from[leaf]
}

// fit makes a row of the layout out of one of the file.
func (r *reading) fit(row parquet.Row) parquet.Row {
	if r.from == nil {
		return row
	}
	columns := make([][]parquet.Value, 0, len(r.from))
	for rest := row; len(rest) > 0; {
		values := valuesOf(rest, rest[0].Column())
		columns, rest = append(columns, values), rest[len(values):]
	}
	fitted := make(parquet.Row, 0, len(r.from))
	for leaf, own := range r.from {
		if own < 0 {
			fitted = append(fitted, parquet.Value{}.Level(0, 0, leaf))
			continue
		}
		for _, v := range columns[own] {
			fitted = append(fitted, v.Level(v.RepetitionLevel(), v.DefinitionLevel(), leaf))
		}
	}
	return fitted
}

// fileRows is a source of all rows of a file.
type fileRows struct {
	*reading
	group  int // of rows
	rows   parquet.Rows
	buffer []parquet.Row
	few    int // how many of them are read at a time
	left   []parquet.Row
}

func newFileRows(r *reading) *fileRows {
	return &fileRows{reading: r, group: -1, buffer: make([]parquet.Row, fewRows)}
}

// few is how many rows of a group are read at a time.
func few(g format.RowGroup) int {
	return int(min(max(fewBytes*g.NumRows/max(g.TotalByteSize, 1), 1), fewRows))
}

func (f *fileRows) next() (parquet.Row, error) {
	for len(f.left) == 0 {
		if f.rows == nil {
			if f.group++; f.group == len(f.groups) {
				return nil, nil
			}
			f.rows = f.groups[f.group].Rows()
			f.few = few(f.content.Metadata().RowGroups[f.group])
		}
		n, err := f.rows.ReadRows(f.buffer[:f.few])
		f.left = f.buffer[:n]
		if n > 0 {
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, damaged(f.path, err)
		}
		if err := f.rows.Close(); err != nil {
			return nil, damaged(f.path, err)
		}
		f.rows = nil
	}
	row := f.left[0]
	f.left = f.left[1:]
	return f.fit(row), nil
}

func (f *fileRows) close() error {
	if f.rows != nil {
		_ = f.rows.Close() // it was read only
	}
	return f.reading.close()
}
