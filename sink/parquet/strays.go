package parquet

import (
	"errors"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/bloom"
)

// stray is a key whose row is, or may be, in another partition than the one that it is written for: its time of
// creation has changed after all. It is where it came to last, and to be removed from where it was before.
type stray struct {
	known bool // it has a row, in month
	month month
	row   parquet.Row    // nil while it is in a file only
	left  map[month]bool // partitions with versions that are to go
}

func (s *stray) moveTo(at month, row parquet.Row) {
	if s.known {
		s.left[s.month] = true
	}
	delete(s.left, at)
	s.known, s.month, s.row = true, at, slices.Clone(row)
}

// stray returns what is known of a key's wandering; nil for almost all.
func (s *settling) stray(key parquet.Value) *stray {
	if len(s.strays) == 0 {
		return nil
	}
	return s.strays[keyText(key)]
}

func (s *settling) addStray(key parquet.Value) *stray {
	found := s.strays[keyText(key)]
	if found == nil {
		found = &stray{left: map[month]bool{}}
		s.strays[keyText(key)] = found
	}
	return found
}

// findStrays looks for the keys of the pile in all partitions but their own. The bounds of the files and their Bloom
// filters leave little to look up.
func (s *settling) findStrays() error {
	if s.layout.month < 0 {
		return nil
	}
	hashes := make([]uint64, len(s.keys))
	for i, k := range s.keys {
		hashes[i] = hash(k.key)
	}
	for _, at := range slices.Sorted(maps.Keys(s.view.parts)) {
		for _, f := range s.view.parts[at] {
			if err := s.findStraysIn(at, f, hashes); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *settling) findStraysIn(at month, f viewFile, hashes []uint64) error {
	if f.Rows == 0 {
		return nil
	}
	keys := s.keys
	from, _ := slices.BinarySearchFunc(keys, f.min, func(k pileRow, key parquet.Value) int { return compareKeys(k.key, key) })
	var filters []bloom.SplitBlockFilter
	for i := from; i < len(keys) && compareKeys(keys[i].key, f.max) <= 0; i++ {
		if keys[i].month == at {
			continue
		}
		if filters == nil {
			var err error
			in := s.sink.files()
			if err = s.sink.compared.once(in, f.partFile); err == nil {
				filters, err = s.sink.filters.of(s.layout, in, f.Name)
			}
			if err != nil {
				return err
			}
		}
		if !slices.ContainsFunc(filters, func(b bloom.SplitBlockFilter) bool { return b.Check(hashes[i]) }) {
			continue
		}
		found, err := s.view.find(at, keys[i].key)
		if err != nil {
			return err
		}
		if found != nil {
			stray := s.addStray(keys[i].key)
			stray.known, stray.month = true, at
		}
	}
	return nil
}

// leave writes the rows that left a partition into it once more: what is there of them is to go.
func (s *settling) leave(name string) error {
	left := map[month][]parquet.Row{}
	for _, stray := range s.strays {
		for at := range stray.left {
			left[at] = append(left[at], stray.row)
		}
	}
	for at, rows := range left {
		slices.SortFunc(rows, func(a, b parquet.Row) int { return compareKeys(s.layout.keyOf(a), s.layout.keyOf(b)) })
		if err := s.wait(at, name+"-left", &rowList{rows}, true); err != nil {
			return err
		}
	}
	return nil
}

// filters keeps the Bloom filters of files that were asked for, two bytes a row, up to filterBytes.
type filters struct {
	mu     sync.Mutex
	byFile map[string][]bloom.SplitBlockFilter
	bytes  int64
}

const filterBytes = 64 << 20

// of returns the filters of a file, one a row group.
func (f *filters) of(l *layout, in files, name string) ([]bloom.SplitBlockFilter, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	path := in.path(name)
	if known, ok := f.byFile[path]; ok {
		return known, nil
	}
	r, err := openFile(l, in, name)
	if err != nil {
		return nil, err
	}
	var groups []bloom.SplitBlockFilter
	var bytes int64
	for _, g := range r.groups {
		stored := g.ColumnChunks()[r.own(l.key)].BloomFilter()
		if stored == nil {
			return nil, errors.Join(damaged(path, errors.New("it has no Bloom filter")), r.close())
		}
		content := make([]byte, stored.Size())
		if _, err := stored.ReadAt(content, 0); err != nil && !errors.Is(err, io.EOF) {
			return nil, errors.Join(damaged(path, err), r.close())
		}
		groups, bytes = append(groups, bloom.MakeSplitBlockFilter(content)), bytes+stored.Size()
	}
	if f.bytes+bytes <= filterBytes {
		f.byFile[path] = groups
		f.bytes += bytes
	}
	return groups, r.close()
}

// forget drops the filters of a file that was replaced or removed.
func (f *filters) forget(path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, b := range f.byFile[path] {
		f.bytes -= int64(len(b.Bytes()))
	}
	delete(f.byFile, path)
}

// hash is the one of Parquet's Bloom filters.
func hash(key parquet.Value) uint64 {
	if key.Kind() == parquet.Int64 {
		return bloom.XXH64{}.Sum64Uint64(uint64(key.Int64()))
	}
	return bloom.XXH64{}.Sum64(key.ByteArray())
}
