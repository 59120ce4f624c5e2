package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"math/big"
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
		written := strings.Trim(string(want), "0123456789-") == "" // others are FuzzWhole's
		if i, ok := got.Int(); written && ok != (err == nil && want != "-0") || ok && err == nil && i != n {
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

// FuzzWhole holds whole numbers against those of unlimited size.
func FuzzWhole(f *testing.F) {
	for _, seed := range []string{`35436`, `35436.0`, `3.5436e4`, `-1e-2`, `1e400`, `-0`, `0.10e1`, `9223372036854775808`, `00`, `+1`, ``, ` 1`, `1 `} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, whole := int64(0), false
		if json.Valid([]byte(text)) && strings.Trim(text, "0123456789.eE+-") == "" {
			if _, exponent, _ := strings.Cut(strings.ToLower(text), "e"); len(exponent) > 4 {
				t.Skip("too large for a comparison")
			}
			if r, ok := new(big.Rat).SetString(text); ok && r.IsInt() && r.Num().IsInt64() && (r.Sign() != 0 || text[0] != '-') {
				want, whole = r.Num().Int64(), true
			}
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := jsonscan.New(quoted).Value().Whole(); got != want || ok != whole {
			t.Errorf("%s: got %d, %v, want %d, %v", quoted, got, ok, want, whole)
		}
		if !whole {
			return
		}
		if got, ok := jsonscan.New([]byte(text)).Value().Int(); got != want || !ok {
			t.Errorf("%s: got %d, %v, want %d", text, got, ok, want)
		}
	})
}
