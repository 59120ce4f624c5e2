package parquet

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

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
	if err := finish(s); err != nil {
		t.Error(err)
	}
}

// What the transactions of all streams hold together is bounded too: a large batch is not kept until its commit, and others
// only until all piles together are too much.
func TestManyTransactionsHoldNoMoreThanAFew(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ bytes, batches int }{"large": {largeBatch, 1}, "ordinary": {smallPile, 3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLake(t)
			s := l.prepared()
			d := schema.NewDecoder(pets)
			defer d.Release()
			const streams = 12
			var open []sink.Tx
			most := int64(0)
			for i := range streams {
				tx, err := s.Begin(t.Context(), "run", fmt.Sprint("stream ", i))
				if err != nil {
					t.Fatal(err)
				}
				open = append(open, tx)
				for j := range c.batches {
					d.Decode(jsonscan.New([]byte(pet(100*i+j, 1+j, i, strings.Repeat("a", c.bytes)))))
					found, _ := d.Flush()
					for _, b := range found {
						if err := tx.Write(t.Context(), b); err != nil {
							t.Fatal(err)
						}
						b.Release()
					}
					most = max(most, s.piled.Load())
				}
			}
			if most > allPiles+streams*smallPile {
				t.Errorf("%d transactions hold %d MiB", streams, most>>20)
			}
			for _, tx := range open {
				if _, err := tx.Commit(t.Context(), sink.Commit{At: at(1)}); err != nil {
					t.Error(err)
				}
			}
			if left := s.piled.Load(); left != 0 {
				t.Errorf("%d bytes are held after all commits", left)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Large rows are read and written a few at a time, and are all there.
func TestLargeRowsAreReadOneByOne(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	var records []string
	for i := range 20 {
		records = append(records, pet(i, 1, 1, strings.Repeat(fmt.Sprintf("%04d", i), 1<<18)))
	}
	l.run(records[:10], records[10:])
	state, err := readManifest(l.Path)
	if err != nil {
		t.Fatal(err)
	}
	p := state.Tables[pets.Name].Partitions[monthAt(time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC).UnixMicro())]
	r, err := openFile(newLayout(pets.Name, state.Tables[pets.Name]), files{root: l.Path}, p.Name)
	if err != nil {
		t.Fatal(err)
	}
	rows := newFileRows(r)
	n := 0
	for row, err := range all(rows) {
		if err != nil || row == nil {
			t.Fatal(err)
		}
		n++
	}
	if few := rows.few; n != len(records) || few != 1 {
		t.Errorf("%d rows, %d at a time", n, few)
	}
}
