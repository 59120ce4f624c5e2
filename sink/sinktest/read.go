package sinktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink"
)

// readAll reads rows as JSON objects without their null columns, in the order in which they come.
func readAll(t *testing.T, r sink.Reader, table *schema.Table, keys schema.Keys) (rows []string) {
	t.Helper()
	for b, err := range r.Rows(t.Context(), table, keys) {
		if err != nil {
			t.Fatal(err)
		}
		if !b.Record.Schema().Equal(table.Arrow()) || b.Table != table {
			t.Fatalf("a batch has the columns %v", b.Record.Schema())
		}
		text, err := b.Record.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var found []map[string]json.RawMessage
		read(t, string(text), &found)
		for _, row := range found {
			for name, value := range row {
				if string(value) == "null" {
					delete(row, name)
				}
			}
			text, err := json.Marshal(row)
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, canonical(t, string(text), nil))
		}
		b.Release()
	}
	return rows
}

// eachReader calls use with what reads the tables of the open sink, and then with what reads them without it.
func (p *place) eachReader(use func(t *testing.T, r sink.Reader), tables ...*schema.Table) {
	p.t.Helper()
	one := func(name string, from interface {
		Read(context.Context, ...string) (sink.Reader, error)
	}) {
		p.t.Run(name, func(t *testing.T) {
			r, err := from.Read(t.Context(), names(tables)...)
			if err != nil {
				t.Fatal(err)
			}
			use(t, r)
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	one("open sink", p.sink)
	p.close()
	one("destination", p)
	p.open(tables...)
}

func names(tables []*schema.Table) (names []string) {
	for _, t := range tables {
		names = append(names, t.Name)
	}
	return names
}

func readsEveryType(t *testing.T, p *place) {
	long := strings.Repeat("ž日本🎈", 100)
	p.open(kinds)
	p.load(kinds, 1,
		`{"id":1,"default":{}}`,
		`{"id":-7,"float":-0.5,"text":"","bool":true,"time":"2026-03-29T01:30:00.123456Z","unix":1485302400,"ints":[],"texts":[],"default":{"calendar":1,"comment":"x"},"json":{"a":[1,2.50]},"more":[1.0]}`,
		`{"id":9007199254740993,"bool":false,"text":"a\u0000b","ints":[9007199254740993,null,-1],"texts":["",null,"ž"],"default":{"comment":"only"}}`,
		fmt.Sprintf(`{"id":2,"text":%q,"texts":[%[1]q],"json":"x"}`, long))
	system := `,"_desklake_extracted_at":"2026-11-20T00:01:00Z","_desklake_run_id":"run 1"`
	want := []string{
		`{"id":-7,"float":-0.5,"text":"","bool":true,"time":"2026-03-29T01:30:00.123456Z","unix":"2017-01-25T00:00:00Z","ints":[],"texts":[],"default":{"calendar":1,"comment":"x"},"json":"{\"a\":[1,2.50]}","_desklake_extra":"{\"more\":[1.0]}"` + system + `}`,
		`{"id":1,"default":{"calendar":null,"comment":null}` + system + `}`,
		fmt.Sprintf(`{"id":2,"text":%q,"texts":[%[1]q],"json":"\"x\""`, long) + system + `}`,
		`{"id":9007199254740993,"bool":false,"text":"a\u0000b","ints":[9007199254740993,null,-1],"texts":["",null,"ž"],"default":{"calendar":null,"comment":"only"}` + system + `}`,
	}
	for i := range want {
		want[i] = canonical(t, want[i], nil)
	}
	p.eachReader(func(t *testing.T, r sink.Reader) {
		for name, keys := range map[string]schema.Keys{
			"all": {}, "by key": {Only: []schema.Key{{Int: 2}, {Int: -7}, {Int: 3}, {Int: 1}, {Int: 9007199254740993}, {Int: 2}}}} {
			if diff := cmp.Diff(want, readAll(t, r, kinds, keys)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		some := readAll(t, r, kinds.Only("default", "bool"), schema.Keys{})
		if diff := cmp.Diff(canonical(t, `{"id":9007199254740993,"bool":false,"default":{"calendar":null,"comment":"only"}`+system+`}`, nil), some[3]); diff != "" {
			t.Errorf("some columns (-want +got):\n%s", diff)
		}
	}, kinds)
}

// readsWhatIsCommitted holds what is read against what was written: rows of several months, changed, deleted, moved to another
// month, settled and not, in several pages.
func readsWhatIsCommitted(t *testing.T, p *place) {
	rng := rand.New(rand.NewPCG(1, 2))
	p.open(pets, words)
	want := map[int64]string{}
	for round := range 4 {
		tx := p.begin(pets)
		for range 3 {
			var records []string
			for range 500 {
				id := int64(rng.IntN(2300))
				record := fmt.Sprintf(`{"id":%d,"name":"in round %d","status":"open","created_at":"2026-%02d-02T03:04:05Z","updated_at":%q}`,
					id, round, 1+(id/300+int64(rng.IntN(8))/7)%12, stamp(round))
				if rng.IntN(10) == 0 {
					record = strings.Replace(record, `"open"`, `"deleted"`, 1)
				}
				records = append(records, record)
				want[id] = record
			}
			p.write(tx, pets, round, records...)
		}
		p.commit(tx, pets, fmt.Sprint(round))
		if round == 1 {
			p.close()
			p.open(pets, words)
		}
	}
	open := p.begin(pets)
	p.write(open, pets, 9, pet(-1, "not committed", 9))
	ids := []int64{}
	for id := range want {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	check := func(t *testing.T, r sink.Reader, keys schema.Keys, ids []int64) {
		t.Helper()
		rows := readAll(t, r, pets.Only("name", "status", "created_at"), keys)
		if len(rows) != len(ids) {
			t.Fatalf("%d rows, want %d", len(rows), len(ids))
		}
		for i, row := range rows {
			var got, wanted struct {
				ID           int64
				Name, Status string
				Created      string `json:"created_at"`
				Updated      string `json:"updated_at"`
				Deleted      string `json:"_desklake_deleted_at"`
			}
			read(t, row, &got)
			read(t, want[ids[i]], &wanted)
			gone := got.Deleted != ""
			got.Deleted, wanted.Updated = "", ""
			if got != wanted || gone != (wanted.Status == "deleted") {
				t.Fatalf("row %d: %+v, want %+v", i, got, wanted)
			}
		}
	}
	look := func(t *testing.T, r sink.Reader) {
		check(t, r, schema.Keys{}, ids)
		check(t, r, schema.Keys{After: &schema.Key{Int: ids[800]}}, ids[801:])
		check(t, r, schema.Keys{Only: []schema.Key{}}, nil)
		var only []schema.Key
		for id := range int64(2300) {
			if id%3 == 0 {
				only = append(only, schema.Key{Int: 2300 - id})
			}
		}
		some := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return (2300-id)%3 != 0 })
		check(t, r, schema.Keys{Only: only}, some)
		after := slices.DeleteFunc(slices.Clone(some), func(id int64) bool { return id <= 1300 })
		check(t, r, schema.Keys{Only: only, After: &schema.Key{Int: 1300}}, after)
		for b, err := range r.Rows(t.Context(), pets, schema.Keys{}) { // and no more
			if err != nil {
				t.Fatal(err)
			}
			b.Release()
			break
		}
	}
	t.Run("beside a transaction", func(t *testing.T) {
		r := p.reader("pets")
		look(t, r)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := open.Rollback(); err != nil {
		t.Fatal(err)
	}
	p.eachReader(look, pets, words)
}

// readsTexts reads a table whose key is a text, with a column that is not stored yet, and one that is not there.
func readsTexts(t *testing.T, p *place) {
	p.open(words)
	p.load(words, 1, `{"word":"b","count":1}`, `{"word":"","count":2}`, `{"word":"ž"}`, `{"word":"B"}`, `{"word":"10"}`, `{"word":"9"}`)
	p.load(words, 2, `{"word":"B","count":5}`)
	wider := *words
	wider.Columns = append(slices.Clone(words.Columns), schema.Column{Name: "more", Type: schema.Texts, Doc: "More."})
	p.eachReader(func(t *testing.T, r sink.Reader) {
		check := func(keys schema.Keys, want ...string) {
			t.Helper()
			var got []string
			for _, row := range readAll(t, r, &wider, keys) {
				var w struct {
					Word  string
					Count int
				}
				read(t, row, &w)
				got = append(got, fmt.Sprint(w.Word, w.Count))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", keys, diff)
			}
		}
		check(schema.Keys{}, "2", "100", "90", "B5", "b1", "ž0")
		check(schema.Keys{After: &schema.Key{Text: "B"}}, "b1", "ž0")
		check(schema.Keys{After: &schema.Key{}}, "100", "90", "B5", "b1", "ž0")
		check(schema.Keys{Only: []schema.Key{{Text: "ž"}, {Text: "c"}, {}}}, "2", "ž0")
		for _, err := range r.Rows(t.Context(), pets, schema.Keys{}) {
			if err == nil {
				t.Error("a table that nobody asked for has rows")
			}
		}
		mistaken := words.Only()
		mistaken.Columns = append(mistaken.Columns, schema.Column{Name: "count", Type: schema.Text, Doc: "How often."})
		for _, err := range r.Rows(t.Context(), mistaken, schema.Keys{}) {
			if err == nil {
				t.Error("a number is read as a text")
			}
		}
	}, words)
	for _, read := range []func(context.Context, ...string) (sink.Reader, error){p.sink.Read, p.Read} {
		if _, err := read(t.Context(), "words", "nobody"); !errors.As(err, new(*sink.NotYet)) {
			t.Errorf("a table that is not there: %v", err)
		}
		if p.sink != nil {
			p.close()
		}
	}
}

// readsOneState reads a table that is changed, settled and read again meanwhile: each Reader gives what was committed when it was
// asked for.
func readsOneState(t *testing.T, p *place) {
	const rows = 5000
	p.open(pets)
	records := func(version int) (all []string) {
		for i := range rows {
			all = append(all, fmt.Sprintf(`{"id":%d,"name":"x%d","created_at":"2026-%02d-02T03:04:05Z","updated_at":%q}`, i, version, 1+(i/500+version)%12, stamp(version)))
		}
		return all
	}
	p.load(pets, 1, records(1)...)
	readers := []sink.Reader{p.reader("pets")}
	if r, err := p.Read(t.Context(), "pets"); err == nil {
		readers = append(readers, r)
	} else if !errors.As(err, new(*sink.Locked)) {
		t.Fatal(err)
	}
	version := 2
	change := func() {
		more := append(records(version)[version:], pet(rows+int64(version), "new", version))
		p.load(pets, version, more...)
		if err := p.sink.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		version++
	}
	check := func(r sink.Reader, version int, meanwhile func()) {
		t.Helper()
		next := 0
		for b, err := range r.Rows(t.Context(), pets.Only("name"), schema.Keys{}) {
			if err != nil {
				t.Fatalf("version %d: behind %d rows: %v", version, next, err)
			}
			texts := b.Record.Column(b.Table.Column("name")).(*array.String)
			for i := range int(b.Rows()) {
				if id, name := b.Key(i).Int, texts.Value(i); id != int64(next) && id < rows || name != fmt.Sprint("x", version) && id >= int64(version) && id < rows {
					t.Fatalf("version %d: row %d is %d, %s", version, next, id, name)
				}
				next++
			}
			b.Release()
			meanwhile()
		}
		if want := rows + version - 1; next != want {
			t.Errorf("version %d: %d rows, want %d", version, next, want)
		}
		report, err := r.Report(t.Context(), sink.Look{})
		if want := fmt.Sprint("cursor ", version); err != nil || report.Checkpoints["pets"].Cursor != want {
			t.Errorf("version %d: %+v, %v", version, report.Checkpoints, err)
		}
	}
	changes := 0
	for _, r := range readers {
		check(r, 1, func() {
			if changes++; changes <= 3 {
				change()
			}
		})
	}
	newer := p.reader("pets")
	last := version - 1
	change()
	for _, r := range readers {
		check(r, 1, func() {})
	}
	check(newer, last, func() {})
	for _, r := range append(readers, newer) {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	check(p.reader("pets"), version-1, func() {})
}

// reader reads a table of the open sink.
func (p *place) reader(table string) sink.Reader {
	p.t.Helper()
	r, err := p.sink.Read(p.t.Context(), table)
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

// readsLargeRows reads rows that are too large to be held all at once.
func readsLargeRows(t *testing.T, p *place) {
	if testing.Short() {
		t.Skip("large rows take their time")
	}
	p.open(words)
	var records []string
	for i := range 120 {
		records = append(records, fmt.Sprintf(`{"word":"%03d%s"}`, i, strings.Repeat("x", 100_000)))
	}
	p.load(words, 1, records...)
	p.eachReader(func(t *testing.T, r sink.Reader) {
		rows := 0
		for b, err := range r.Rows(t.Context(), words, schema.Keys{}) {
			if err != nil {
				t.Fatal(err)
			}
			if b.Rows() > 80 {
				t.Errorf("%d rows are read at a time", b.Rows())
			}
			rows += int(b.Rows())
			b.Release()
		}
		if rows != len(records) {
			t.Errorf("%d rows, want %d", rows, len(records))
		}
	}, words)
}
