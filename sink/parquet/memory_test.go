package parquet

import (
	"fmt"
	"runtime"
	"testing"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
)

// tags is a wide table with a text as its key.
var tags = func() *schema.Table {
	t := &schema.Table{Name: "tags", Doc: "Tags.", Key: "name", Month: "created_at", Columns: []schema.Column{
		{Name: "name", Type: schema.Text}, {Name: "created_at", Type: schema.Time}}}
	for i := range 40 {
		t.Columns = append(t.Columns, schema.Column{Name: fmt.Sprint("column", i), Type: []schema.Type{schema.Int, schema.Text, schema.Texts}[i%3]})
	}
	return t
}()

// What a transaction holds in memory follows the rows that it has not settled, not its batches, and not how often it meets
// a row. Not parallel: it looks at the memory of the process.
func TestThousandsOfBatchesNeedNoMoreMemoryThanAFew(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	l := newLake(t)
	l.tables = []*schema.Table{tags}
	s := l.prepared()
	tx, err := s.Begin(t.Context(), "run", "tags")
	if err != nil {
		t.Fatal(err)
	}
	const batches = 5000
	alive := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most := alive(), uint64(0)
	d := schema.NewDecoder(tags)
	defer d.Release()
	for i := range batches {
		d.Page(at(i), "run")
		for j := range 3 {
			d.Decode(jsonscan.New(fmt.Appendf(nil, `{"name":"the name of tag %d","created_at":"20%02d-%02d-01T00:00:00Z","column0":%d}`, 3*(i%1000)+j, 16+i%10, 1+i%12, i)))
		}
		found, _ := d.Flush()
		for _, b := range found {
			if err := tx.Write(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			b.Release()
		}
		if i%100 == 99 {
			most = max(most, alive()-before)
		}
	}
	t.Logf("%d MiB", most>>20)
	if limit := uint64(3 * pileBytes); most > limit {
		t.Errorf("%d batches hold %d MiB", batches, most>>20)
	}
	if missing, live, err := tx.Missing(t.Context(), tags); missing != 0 || live != 0 || err != nil {
		t.Errorf("missing: %d of %d, %v", missing, live, err)
	}
	counts, err := tx.Commit(t.Context(), sink.Commit{At: at(1)})
	if n := counts["tags"]; err != nil || n.Read != 3*batches || n.Inserted != 3000 {
		t.Errorf("%+v, %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
