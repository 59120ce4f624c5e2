package parquet

import (
	"slices"

	"github.com/parquet-go/parquet-go"
)

// view is a table as one transaction sees it: what is committed, and its own files that are not yet.
type view struct {
	in     files
	layout *layout
	parts  map[month][]viewFile // the base first if there is one, the latest last
	open   map[string]*lookup   // by path
	known  *compared
}

type viewFile struct {
	partFile
	min, max parquet.Value
	base     bool
}

// openFiles bounds how many files a view keeps open.
const openFiles = 24

func newView(in files, l *layout, t *tableState, known *compared) *view {
	v := &view{in: in, layout: l, parts: map[month][]viewFile{}, open: map[string]*lookup{}, known: known}
	for at, p := range t.Partitions {
		if p.Name != "" {
			v.parts[at] = append(v.parts[at], v.file(p.partFile, true))
		}
		for _, w := range p.Waiting {
			v.parts[at] = append(v.parts[at], v.file(w, false))
		}
	}
	return v
}

func (v *view) file(f partFile, base bool) viewFile {
	return viewFile{f, v.layout.parseKey(f.Min), v.layout.parseKey(f.Max), base}
}

func (f *viewFile) covers(key parquet.Value) bool {
	return f.Rows > 0 && compareKeys(f.min, key) <= 0 && compareKeys(key, f.max) <= 0
}

// waiting are the files of a partition that wait, the latest last.
func (v *view) waiting(at month) []partFile {
	var files []partFile
	for _, f := range v.parts[at] {
		if !f.base {
			files = append(files, f.partFile)
		}
	}
	return files
}

// files are a partition's files, the latest last.
func (v *view) files(at month) (files []partFile) {
	for _, f := range v.parts[at] {
		files = append(files, f.partFile)
	}
	return files
}

// find returns the current row with a key in a partition; nil where there is none.
func (v *view) find(at month, key parquet.Value) (*place, error) {
	for _, f := range slices.Backward(v.parts[at]) {
		if !f.covers(key) {
			continue
		}
		file, err := v.lookup(f.partFile)
		if err != nil {
			return nil, err
		}
		found, err := file.find(key)
		if err != nil {
			return nil, err
		}
		if found == nil {
			continue
		}
		if f.Removes {
			created, err := found.value(v.layout.month)
			if err != nil || monthOf(created) != at {
				return nil, err
			}
		}
		return found, nil
	}
	return nil, nil
}

func (v *view) lookup(of partFile) (*lookup, error) {
	if f, ok := v.open[of.Name]; ok {
		return f, nil
	}
	if len(v.open) == openFiles {
		v.close()
	}
	if err := v.known.once(v.in, of); err != nil {
		return nil, err
	}
	f, err := openLookup(v.layout, v.in, of.Name)
	if err != nil {
		return nil, err
	}
	v.open[of.Name] = f
	return f, nil
}

func (v *view) close() {
	for _, f := range v.open {
		_ = f.close() // it was read only
	}
	clear(v.open)
}
