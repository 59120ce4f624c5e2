package schema

import (
	"maps"
	"slices"
	"unicode/utf8"

	"desklake/internal/jsonscan"
)

// Reasons that hold for values of every type; those of the types stand with the types.
const (
	notRecord     = "the record is not an object; it has no row"
	noKey         = "the record has no usable key; it has no row"
	unknownField  = "no column is made for this field"
	differs       = "the field differs from the column that it repeats"
	repeatedField = "the field came more than once in a record; the last one counts"
	tooDeep       = "the value is nested too deeply; _desklake_extra has a string with its text"
	loneEscape    = "half a surrogate pair stands for no character; it was replaced by U+FFFD"
	notUTF8       = "the page was not UTF-8; what was not is replaced by U+FFFD"

	// MoreIssues is the reason of the issue, one a table, that counts those beyond MaxIssues.
	MoreIssues = "there are more kinds of issues than are listed one by one"
)

// MaxIssues is how many kinds of issues are listed one by one for a table: by a decoder between two flushes, by Issues, and
// by a sink in all. Fields may have free keys, of which there is no end.
const MaxIssues = 1000

const maxSample = 300 // bytes

// issues counts what did not fit, one issue for each column and reason or, of records without a row, for each
// key and reason.
type issues struct {
	table string

	found map[string]*Issue
	name  []byte // of the issue in found
}

// column counts an issue of a field of the current row.
func (s *issues) column(key jsonscan.Value, reason string, value jsonscan.Value) {
	column := key.Text()
	if i, first := s.count(column, reason); first {
		i.Column, i.Value = sample(column), sample(value.Raw)
	}
}

// record counts an issue of a record without a row. Key is what it has in its place.
func (s *issues) record(key []byte, reason string, record []byte) {
	i, first := s.count(key, reason)
	if i.NoRow = true; first {
		i.Key, i.Value = sample(key), sample(record)
	}
}

// count counts an issue and returns it, or the one that stands for all those that are not listed. The first of its
// kind is to be filled in.
func (s *issues) count(name []byte, reason string) (i *Issue, first bool) {
	s.name = append(append(s.name[:0], reason...), name[:min(len(name), maxSample)]...)
	if i := s.found[string(s.name)]; i != nil {
		i.Count++
		return i, false
	}
	if len(s.found) >= MaxIssues && reason != MoreIssues {
		i, _ := s.count(nil, MoreIssues)
		return i, false
	}
	if s.found == nil {
		s.found = map[string]*Issue{}
	}
	i = &Issue{Table: s.table, Reason: reason, Count: 1}
	s.found[string(s.name)] = i
	return i, true
}

// flush returns the issues since the last flush, in a fixed order.
func (s *issues) flush() []Issue {
	var all []Issue
	for _, name := range slices.Sorted(maps.Keys(s.found)) {
		all = append(all, *s.found[name])
	}
	clear(s.found)
	return all
}

// keyText is what a record has in the place of a key.
func keyText(key jsonscan.Value) []byte {
	switch {
	case key.IsNull():
		return nil
	case key.Kind == jsonscan.String:
		return key.Text()
	}
	return key.Raw
}

// sample cuts text to a few hundred bytes.
func sample(text []byte) string {
	if len(text) <= maxSample {
		return string(text)
	}
	end := maxSample
	for end > maxSample-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return string(text[:end])
}
