package parquet

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/parquet-go/parquet-go"

	"desklake/sink"
)

// What a file says of its row groups and pages lets readers skip some, and never one that has what they look for.
func TestReadersFindEachRowByItsValues(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	const n = 3000
	long := strings.Repeat("ž日本🎈", 30)
	name := func(i int) string { return fmt.Sprint(long, i%7, long, i) }
	var records []string
	for i := range n {
		records = append(records, pet(i*7-n, 1+i%2, i, name(i)))
	}
	l.run(records)
	for i := 0; i < n; i += n / 15 {
		for _, where := range []string{
			fmt.Sprint("id = ", i*7-n), fmt.Sprintf("name = '%s'", name(i)), fmt.Sprintf("updated_at = '%s'", at(i).Format("2006-01-02 15:04:05Z")),
		} {
			if got := l.query("SELECT id FROM FILES WHERE " + where); len(got) != 1 || got[0] != fmt.Sprint(i*7-n) {
				t.Errorf("%s: %v", where, got)
			}
		}
	}
}

// Large files have row groups, and are sorted throughout.
func TestALargeFileHasRowGroups(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	const n = groupRows + 1000
	var records []string
	for i := range n {
		records = append(records, fmt.Sprintf(`{"word":"%06d","count":%d}`, i*7919%n, i))
	}
	s := l.prepared()
	err := s.SaveRun(t.Context(), sink.Run{ID: "the run", Started: at(0), Status: sink.Running})
	if err != nil {
		t.Fatal(err)
	}
	tx, err := s.Begin(t.Context(), "the run", "words")
	for part := range slices.Chunk(records, 20_000) {
		for _, b := range batches(words, part...) {
			if err == nil {
				err = tx.Write(t.Context(), b)
			}
			b.Release()
		}
	}
	if err == nil {
		_, err = tx.Commit(t.Context(), sink.Commit{At: at(1)})
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := finish(s); err != nil {
		t.Fatal(err)
	}

	path := filepath.Join(l.Path, "words", "words.parquet")
	record, err := readArrow(path)
	if err != nil {
		t.Fatal(err)
	}
	keys := record.Column(0).(*array.String)
	for i := range n {
		if keys.Value(i) != fmt.Sprintf("%06d", i) {
			t.Fatalf("row %d is %s", i, keys.Value(i))
		}
	}
	content := open(t, path)
	groups := content.Metadata().RowGroups
	if len(groups) != 2 || groups[0].NumRows != groupRows || len(groups[0].SortingColumns) != 1 {
		t.Errorf("row groups: %+v", groups)
	}
	for _, c := range groups[0].Columns {
		if c.MetaData.Codec.String() != "ZSTD" || c.ColumnIndexOffset == 0 || c.OffsetIndexOffset == 0 {
			t.Errorf("%v: %s, page index at %d and %d", c.MetaData.PathInSchema, c.MetaData.Codec, c.ColumnIndexOffset, c.OffsetIndexOffset)
		}
	}
	if run, _ := content.Lookup(runKey); run != "the run" {
		t.Errorf("run %q", run)
	}
	if number, _ := content.Lookup(schemaKey); number != "1" {
		t.Errorf("columns %q", number)
	}
}

// open reads the footer of a file.
func open(t *testing.T, path string) *parquet.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	content, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// The dictionary of a column is in memory until the row group is complete.
func TestLongTextsHaveNoLargeDictionary(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	random := rand.New(rand.NewPCG(1, 2))
	var records []string
	for i := range 2000 {
		long := make([]byte, 5000)
		for at := range long {
			long[at] = byte('a' + random.IntN(26))
		}
		records = append(records, pet(i, 1, 1, string(long)))
	}
	l.run(records)
	name := open(t, l.file("2026-01")).Metadata().RowGroups[0].Columns[1].MetaData
	dictionary := name.DataPageOffset - name.DictionaryPageOffset
	if name.TotalUncompressedSize < 9_000_000 || dictionary > 2_000_000 {
		t.Errorf("%v: %d bytes in all, %d of them before the first page of rows", name.PathInSchema, name.TotalUncompressedSize, dictionary)
	}
}
