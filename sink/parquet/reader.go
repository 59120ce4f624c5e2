package parquet

import (
	"errors"
	"io"
	"os"
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
	file    *os.File
	content *parquet.File
	groups  []parquet.RowGroup
	// from is the file's own leaf for each of the layout; -1 for those that it does not have. Nil where they are the same.
	from []int
}

func openFile(l *layout, path string) (*reading, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
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
	return nil
}

// footer reads what a file says of itself.
func footer(f *os.File) (*parquet.File, error) {
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

func readFile(l *layout, path string) (source, error) {
	r, err := openFile(l, path)
	if err != nil {
		return nil, err
	}
	return &fileRows{reading: r, group: -1, buffer: make([]parquet.Row, fewRows)}, nil
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
