package parquet

import (
	"cmp"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// keys is a set of keys of one table, a few bytes each and each of them once.
type keys struct {
	numbers sortedSet[int64]
	texts   sortedSet[string]
}

func (k *keys) add(key parquet.Value) {
	if key.Kind() == parquet.Int64 {
		k.numbers.add(key.Int64())
	} else {
		k.texts.add(string(key.ByteArray()))
	}
}

func (k *keys) has(key parquet.Value) bool {
	if key.Kind() == parquet.Int64 {
		return k.numbers.has(key.Int64())
	}
	return k.texts.has(string(key.ByteArray()))
}

// sortedSet is sorted up to a point, behind which stands what was added since, repeats included.
type sortedSet[K cmp.Ordered] struct {
	members []K
	sorted  int
}

func (s *sortedSet[K]) add(k K) {
	s.members = append(s.members, k)
	if len(s.members) >= 2*s.sorted+4096 {
		s.sort()
	}
}

func (s *sortedSet[K]) has(k K) bool {
	if s.sorted < len(s.members) {
		s.sort()
	}
	_, found := slices.BinarySearch(s.members, k)
	return found
}

func (s *sortedSet[K]) sort() {
	slices.Sort(s.members)
	s.members = slices.Compact(s.members)
	s.sorted = len(s.members)
}
