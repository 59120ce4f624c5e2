package schema_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow/array"

	"desklake/internal/jsonscan"
	"desklake/schema"
)

// FuzzDecoder decodes any text as records of a table with every type: nothing crashes it, and what it stores is
// UTF-8 and strict JSON.
func FuzzDecoder(f *testing.F) {
	for _, seed := range []string{
		`[{"id":1,"text":"a","time":"2020-01-01T00:00:00Z","unix":1,"ints":[1],"texts":["a",null],"bool":true}]`,
		`[{"id":2,"struct":{"int":1,"time":"x","json":{}},"json":[{}],"again":[{}],"float":0.1,"new":null}]`,
		`[{"id":3,"id":4,"text":"\ud800","new":{"\udfff":1e999}},{"id":null},3,null,[],"x"]`,
		`[{"id":5,"float":9007199254740993,"time":"2020-01-01T00:00:00.1234567+01:00","unix":-1e3}]`,
		`[{"id":-9223372036854775808,"text":"` + "\xff" + `","` + "\xc3" + `":1}]`,
		`[{"id":6,"json":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}]`,
		`[{"id":"35436"},{"id":35436.0},{"id":"x"},{"id":1e400,"text":5,"unix":"7","int":"7"},{"text":"a"}]`,
		`{"id":7}`, `[{"id":8},`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d := decoder(t, everything)
		captured := d.Capture("taken")
		d.Also("text", captured)
		rows, rowless := int64(0), int64(0)
		s := jsonscan.New(text)
		if s.Array() {
			for s.Element() {
				if d.Decode(s) {
					rows++
				} else if s.Err() == nil {
					rowless++
				}
			}
		}
		if (s.End() == nil) != json.Valid(text) && strings.Count(string(text), "[") < 10_000 {
			t.Errorf("the error is %v", s.Err())
		}
		batches, issues := d.Flush()
		for _, b := range batches {
			rows -= b.Rows()
			check(t, b)
			b.Release()
		}
		if rows != 0 {
			t.Errorf("%d rows are missing", rows)
		}
		listed, all := int64(0), true
		for _, i := range issues {
			if i.NoRow {
				listed += i.Count
			}
			all = all && i.Reason != "there are more kinds of issues than are listed one by one"
			if i.Reason == "" || i.Count < 1 || !utf8.ValidString(i.Column+i.Value+i.Key) {
				t.Errorf("issue %+v", i)
			}
		}
		if all && listed != rowless || (listed > 0) != (rowless > 0) {
			t.Errorf("%d records have no row, the issues tell of %d", rowless, listed)
		}
	})
}

func check(t *testing.T, b schema.Batch) {
	t.Helper()
	for i, c := range b.Table.AllColumns() {
		values, ok := b.Record.Column(i).(*array.String)
		for row := 0; ok && row < values.Len(); row++ {
			text := values.Value(row)
			if !utf8.ValidString(text) {
				t.Errorf("%s: %q is not UTF-8", c.Name, text)
			}
			s := jsonscan.New([]byte(text))
			if v := s.Value(); c.Type == schema.JSON && values.IsValid(row) && (s.End() != nil || v.Lone() || v.Depth > 500) {
				t.Errorf("%s: %q is not strict JSON: %v", c.Name, text, s.Err())
			}
		}
	}
}
