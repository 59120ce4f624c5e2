package schema

import (
	"bytes"
	"slices"

	"desklake/internal/jsonscan"
)

// fields reads the fields of a JSON object into places that are known beforehand. The objects of a page mostly
// have the same keys in the same order, so the place of a key is guessed from the last object first.
type fields struct {
	keys  []jsonscan.Value // by place
	index map[string]int   // the place of a key's characters
	order []int            // the places of the last object's fields, -1 for an unknown one

	values   []jsonscan.Value // by place; None where the object has no such field
	unknown  []field          // fields without a place
	repeated []int            // places of fields that came more than once
}

// field is a field of a JSON object.
type field struct {
	key, value jsonscan.Value
}

// add makes a place for the key, if there is none yet, and returns it.
func (f *fields) add(key string) int {
	if place, ok := f.index[key]; ok {
		return place
	}
	if f.index == nil {
		f.index = map[string]int{}
	}
	place := len(f.keys)
	f.index[key] = place
	f.keys = append(f.keys, jsonscan.New(appendQuoted(nil, []byte(key))).Value())
	f.values = append(f.values, jsonscan.Value{})
	return place
}

// read reads the object that s has entered. Of a field that comes more than once the last one counts.
func (f *fields) read(s *jsonscan.Scanner) {
	f.clear()
	for n := 0; s.Field(); n++ {
		key := s.Key()
		place := f.place(n, key)
		value := s.Value()
		if place < 0 {
			f.unknown = append(f.unknown, field{key, value})
			continue
		}
		if f.values[place].Kind != jsonscan.None {
			f.repeated = append(f.repeated, place)
		}
		f.values[place] = value
	}
}

func (f *fields) clear() {
	clear(f.values)
	clear(f.unknown) // what stays in its memory would keep the page
	f.unknown = f.unknown[:0]
	f.repeated = f.repeated[:0]
}

// place finds the place of the object's nth key, or -1.
func (f *fields) place(n int, key jsonscan.Value) int {
	if n == len(f.order) {
		f.order = append(f.order, -1)
	}
	if guess := f.order[n]; guess >= 0 && bytes.Equal(f.keys[guess].Raw, key.Raw) {
		return guess
	}
	place, ok := f.index[string(key.Text())]
	if !ok {
		place = -1
	}
	f.order[n] = place
	return place
}

// sortUnknown brings the unknown fields into the order of their keys, so that repeated ones stand side by side,
// the one that counts last. Equal keys have equal bytes afterwards.
func (f *fields) sortUnknown() {
	for i := range f.unknown {
		if key := &f.unknown[i].key; bytes.IndexByte(key.Raw, '\\') >= 0 {
			key.Raw = appendQuoted(nil, key.Text())
		}
	}
	slices.SortStableFunc(f.unknown, func(a, b field) int { return bytes.Compare(a.key.Raw, b.key.Raw) })
}

// appendQuoted appends the characters of text as a JSON string, escaping no more than JSON demands.
func appendQuoted(dst, text []byte) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
