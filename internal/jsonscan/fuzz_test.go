package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"desklake/internal/jsonscan"
)

var seeds = []string{
	page, `[]`, `{}`, `[1,-0,0.5e-7,1E+2,9223372036854775808]`, `"\ud83d\ude00\ud83d\u0000\/"`, `[true,false,null]`,
	`{"a":{"b":[{"c":"d"}]}}`, `[[[[[[[[[[]]]]]]]]]]`, `"` + "\xff\xc3" + `"`, `[1,]`, `nul`, `"\u12"`, `1 1`,
	`{"a":1,"a":2}`, `{"é":"abcdefghijklmnopqrstuvwxyz\n0123456789"}`, strings.Repeat(`[`, 200),
}

// FuzzScanner holds the scanner against encoding/json: both take the same texts, and read the same in them.
func FuzzScanner(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		err := jsonscan.Valid(text)
		if jsonscan.New(text).Value().Depth > 10_000 {
			t.Skip("encoding/json goes no deeper")
		}
		if valid := json.Valid(text); valid != (err == nil) {
			t.Fatalf("encoding/json says %v, we say %v", valid, err)
		}
		s := jsonscan.New(text)
		got := walk(s)
		if (s.End() == nil) != (err == nil) {
			t.Fatalf("walked: %v, skipped: %v", s.Err(), err)
		}
		if err != nil {
			return
		}
		var want any
		decoder := json.NewDecoder(bytes.NewReader(bytes.ToValidUTF8(text, []byte("\uFFFD"))))
		decoder.UseNumber()
		if err := decoder.Decode(&want); err != nil {
			t.Fatal(err)
		}
		compare(t, want, got)
	})
}

// walk reads a value by every means the scanner has.
func walk(s *jsonscan.Scanner) any {
	if s.Object() {
		fields := map[string]any{}
		for s.Field() {
			key := string(s.Key().Text())
			fields[key] = walk(s)
		}
		return fields
	}
	if s.Array() {
		elements := []any{}
		for s.Element() {
			elements = append(elements, walk(s))
		}
		return elements
	}
	return s.Value()
}

func compare(t *testing.T, want, got any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		got := got.(map[string]any)
		if len(want) != len(got) {
			t.Fatalf("%d keys, want %d", len(got), len(want))
		}
		for key, w := range want {
			compare(t, w, got[key])
		}
	case []any:
		got := got.([]any)
		if len(want) != len(got) {
			t.Fatalf("%d elements, want %d", len(got), len(want))
		}
		for i, w := range want {
			compare(t, w, got[i])
		}
	default:
		compareScalar(t, want, got.(jsonscan.Value))
	}
}

func compareScalar(t *testing.T, want any, got jsonscan.Value) {
	t.Helper()
	var again any
	switch want := want.(type) {
	case nil:
		if !got.IsNull() {
			t.Fatalf("%s is not null", got.Raw)
		}
	case bool:
		if b, ok := got.Bool(); b != want || !ok {
			t.Fatalf("%s: %v, want %v", got.Raw, b, want)
		}
	case json.Number:
		n, err := strconv.ParseInt(string(want), 10, 64)
		if i, ok := got.Int(); ok != (err == nil && want != "-0") || ok && i != n {
			t.Fatalf("%s: %d %v, want %d %v", got.Raw, i, ok, n, err)
		}
		x, err := want.Float64()
		if f, ok := got.Float(); ok != (err == nil) || ok && f != x {
			t.Fatalf("%s: %v %v, want %v %v", got.Raw, f, ok, x, err)
		}
	case string:
		text := got.Text()
		if string(text) != want || !utf8.Valid(text) {
			t.Fatalf("%s: %q, want %q", got.Raw, text, want)
		}
		if err := json.Unmarshal(got.AppendJSON(nil), &again); err != nil || again != want {
			t.Fatalf("%s: as JSON %v, want %q", got.Raw, again, want)
		}
	}
}
