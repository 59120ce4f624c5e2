package parquet

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"desklake/schema"
)

func TestBoundsOfLongTextsAreShortAndBoundThem(t *testing.T) {
	t.Parallel()
	const last = string(utf8.MaxRune)
	for name, text := range map[string]string{
		"short":                       "abc",
		"as long as a bound":          strings.Repeat("a", boundBytes),
		"long":                        strings.Repeat("a", 1000),
		"characters of several bytes": strings.Repeat("ž日本🎈", 100),
		"in front of the surrogates":  strings.Repeat("\uD7FF", 100),
		"the last character":          "a" + strings.Repeat(last, 100),
		"nothing but that":            strings.Repeat(last, 100),
		"no UTF-8":                    strings.Repeat("\xff", 1000),
	} {
		for _, more := range []string{"", "z", last} {
			text := []byte(text + more)
			low, high := below(text), above(text)
			if bytes.Compare(low, text) > 0 || bytes.Compare(high, text) < 0 {
				t.Errorf("%s: %q .. %q does not bound it", name, low, high)
			}
			if len(text) <= boundBytes && (!bytes.Equal(low, text) || !bytes.Equal(high, text)) {
				t.Errorf("%s: %q .. %q is not exact", name, low, high)
			}
			if utf8.Valid(text) != (utf8.Valid(low) && utf8.Valid(high)) {
				t.Errorf("%s: %q .. %q", name, low, high)
			}
			if exact := name == "nothing but that" || name == "no UTF-8"; len(low) > boundBytes || len(high) > boundBytes && !exact {
				t.Errorf("%s: bounds of %d and %d bytes", name, len(low), len(high))
			}
		}
	}
}

// Large values stand in a file once: what all who open the file read of it first stays small, and its bounds lose no row.
func TestLargeValuesAreNotInFooters(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.tables = []*schema.Table{{Name: "pets", Doc: "Pets.", Key: "id", Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The pet."}, {Name: "more", Type: schema.JSON, Doc: "More."}, {Name: "names", Type: schema.Texts, Doc: "Names."}}}}
	long := func(i int) string { return strings.Repeat(string(rune('a'+i)), 1<<20) }
	var records []string
	for i := range 4 {
		records = append(records, fmt.Sprintf(`{"id":%d,"more":{"x":"%s"},"names":["%[2]s"],"unknown":"%[2]s"}`, i, long(i)))
	}
	s := l.prepared()
	if _, err := l.commit(s, l.tables[0], records...); err != nil {
		t.Fatal(err)
	}
	waits := s.manifest.Tables["pets"].part(whole).Waiting[0].Name
	check := func(name, but string) {
		t.Helper()
		r, err := openFile(newLayout("pets", s.manifest.Tables["pets"]), s.files(), name)
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		for _, c := range r.content.Metadata().RowGroups[0].Columns {
			stats := c.MetaData.Statistics
			if size := max(len(stats.MinValue), len(stats.MaxValue)); size > boundBytes && c.MetaData.PathInSchema[0] != but {
				t.Errorf("%s: %v has bounds of %d bytes", name, c.MetaData.PathInSchema, size)
			}
		}
	}
	check(waits, "")
	if err := cmp.Or(s.Settle(t.Context()), s.Close()); err != nil {
		t.Fatal(err)
	}
	check(partName("pets", whole), "names") // of which there is a dictionary
	for i := range 4 {
		got := l.query(fmt.Sprintf("SELECT id FROM '%s/pets/*.parquet' WHERE more = '{\"x\":\"' || repeat(chr(%d), 1048576) || '\"}'", l.Path, 'a'+i))
		if len(got) != 1 || !strings.Contains(got[0], fmt.Sprint(i)) {
			t.Errorf("row %d: %v", i, got)
		}
	}
}
