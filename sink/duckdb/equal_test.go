package duckdb_test

import (
	"path/filepath"
	"testing"
	"time"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
)

// A row is another one if any of its values is, of whatever type and wherever it stands, and else it is not.
func TestEveryDifferenceIsOne(t *testing.T) {
	t.Parallel()
	table := &schema.Table{Name: "things", Doc: "Things.", Key: "id", Columns: []schema.Column{
		{Name: "id", Type: schema.Int}, {Name: "n", Type: schema.Int}, {Name: "x", Type: schema.Float}, {Name: "b", Type: schema.Bool},
		{Name: "s", Type: schema.Text}, {Name: "at", Type: schema.Time}, {Name: "ints", Type: schema.Ints}, {Name: "words", Type: schema.Texts},
		{Name: "j", Type: schema.JSON}, {Name: "o", Type: schema.Struct, Fields: []schema.Column{{Name: "n", Type: schema.Int}, {Name: "s", Type: schema.Text}}},
	}}
	s, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(t.TempDir(), "lake.duckdb")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Prepare(t.Context(), []*schema.Table{table}); err != nil {
		t.Fatal(err)
	}
	write := func(fields string) sink.Counts {
		t.Helper()
		d := schema.NewDecoder(table)
		d.Page(time.Unix(1e9, 0), "run")
		// A neighbour on each side, so that the row stands somewhere within its vectors.
		for _, record := range []string{`{"id":1,"words":["one","two"]}`, `{"id":2` + fields + `}`, `{"id":3,"s":"x","ints":[7]}`} {
			d.Decode(jsonscan.New([]byte(record)))
		}
		batches, _ := d.Flush()
		tx, err := s.Begin(t.Context(), "run", "things")
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Write(t.Context(), batches[0]); err != nil {
			t.Fatal(err)
		}
		counts, err := tx.Commit(t.Context(), sink.Commit{At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		return counts["things"]
	}
	write("")
	for _, fields := range []string{
		`,"n":0`, `,"n":-1`, `,"x":0`, `,"x":0.5`, `,"b":false`, `,"b":true`, `,"at":"2026-11-20T00:00:00Z"`, `,"at":"2026-11-20T00:00:00.000001Z"`,
		`,"s":""`, `,"s":"abc"`, `,"s":"abcdefghijkl"`, `,"s":"abcdefghijklm"`, `,"s":"abcdefghijkln"`, `,"s":"abcdefghijklmn"`,
		`,"ints":[]`, `,"ints":[0]`, `,"ints":[1]`, `,"ints":[1,2]`, `,"ints":[1,null]`, `,"words":[]`, `,"words":[""]`, `,"words":[null]`,
		`,"words":["a","a string of more than 12 bytes"]`, `,"words":["a","a string of more than 12 byte5"]`,
		`,"j":{}`, `,"j":{"a":1}`, `,"j":"{}"`, `,"o":{"n":null,"s":null}`, `,"o":{"n":1,"s":null}`, `,"o":{"n":1,"s":"x"}`, `,"o":{"n":1,"s":"y"}`,
		`,"unknown":1`, ``,
	} {
		if got := write(fields); got.Updated != 1 || got.Unchanged != 2 {
			t.Errorf("with %s after what was before: %+v", fields, got)
		}
		if got := write(fields); got.Unchanged != 3 {
			t.Errorf("with %s again: %+v", fields, got)
		}
	}
}
