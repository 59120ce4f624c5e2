package jsonscan_test

import (
	"testing"

	"desklake/internal/jsonscan"
)

func value(t *testing.T, text string) jsonscan.Value {
	t.Helper()
	s := jsonscan.New([]byte(text))
	v := s.Value()
	if err := s.End(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestIntIsExactOrNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		`0`: 0, `-1`: -1, `46406145565073`: 46406145565073, `9007199254740993`: 9007199254740993,
		`9223372036854775807`: 1<<63 - 1, `-9223372036854775808`: -1 << 63,
		`35436.0`: 35436, `3.5436e4`: 35436, `3543600E-2`: 35436, `1e3`: 1000, `-1.50e1`: -15, `0.0`: 0, `0e999999999999`: 0,
		`9223372036854775807.000`: 1<<63 - 1, `9.223372036854775807e18`: 1<<63 - 1, `-9223372036854775808e0`: -1 << 63,
		`0.000000000000000000000000000001e30`: 1, `9007199254740993.0`: 9007199254740993, `1e18`: 1e18,
	} {
		if got, ok := value(t, text).Int(); got != want || !ok {
			t.Errorf("%s: got %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{
		`-0`, `-0.0`, `1.5`, `1e-1`, `3.5436e3`, `1e19`, `1e400`, `1e99999999999`, `9.223372036854775808e18`, `9223372036854775808`, `-9223372036854775809`, `18446744073709551617`,
		`99999999999999999999`, `"1"`, `null`, `true`, `[1]`, `{}`,
	} {
		if got, ok := value(t, text).Int(); ok {
			t.Errorf("%s: got %d", text, got)
		}
	}
}

func TestAWholeNumberMayStandInAString(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		`35436`: 35436, `"35436"`: 35436, `"-7"`: -7, `"3.5436e4"`: 35436, `"\u0031"`: 1, `"9223372036854775807"`: 1<<63 - 1, `"0"`: 0,
	} {
		if got, ok := value(t, text).Whole(); got != want || !ok {
			t.Errorf("%s: got %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{
		`""`, `"0035436"`, `"+5"`, `" 5"`, `"5 "`, `"5."`, `"5,0"`, `"5\u0000"`, `"-"`, `"-0"`, `"0x5"`, `"NaN"`, `"1e400"`, `"1.5"`,
		`"9223372036854775808"`, `"\"5\""`, `"null"`, `"٣"`, `null`, `true`, `[1]`, `{}`,
	} {
		if got, ok := value(t, text).Whole(); ok {
			t.Errorf("%s: got %d", text, got)
		}
	}
}

func TestStringsAreDecoded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		raw, text, json string
		lone            bool
	}{
		{raw: `""`, text: ""},
		{raw: `"plain, longer than eight bytes: äöü 😀"`, text: "plain, longer than eight bytes: äöü 😀"},
		{raw: `"\"\\\/\b\f\n\r\t"`, text: "\"\\/\b\f\n\r\t"},
		{raw: `"\u0000\u00e4\u20AC"`, text: "\x00ä€"},
		{raw: `"a\ud83d\ude00b"`, text: "a😀b"},
		{raw: `"\\ud800"`, text: `\ud800`},
		{raw: `"\ud800"`, text: "\uFFFD", json: `"\ufffd"`, lone: true},
		{raw: `"\uDC00\ud83d\ude00"`, text: "\uFFFD😀", json: `"\ufffd\ud83d\ude00"`, lone: true},
		{raw: `"\ud83d\ud83d\ude00\\"`, text: "\uFFFD😀\\", json: `"\ufffd\ud83d\ude00\\"`, lone: true},
		{raw: `"\ud83dx\n\u0041"`, text: "\uFFFDx\nA", json: `"\ufffdx\n\u0041"`, lone: true},
		{raw: `{"\ud800":[1,"\udfff"]}`, json: `{"\ufffd":[1,"\ufffd"]}`, lone: true},
	}
	for _, test := range tests {
		if test.json == "" {
			test.json = test.raw
		}
		v := value(t, test.raw)
		if got := string(v.Text()); got != test.text {
			t.Errorf("%s: text %q, want %q", test.raw, got, test.text)
		}
		if got := string(v.AppendText([]byte("x"))); got != "x"+test.text {
			t.Errorf("%s: appended text %q", test.raw, got)
		}
		if got := string(v.AppendJSON([]byte("x"))); got != "x"+test.json || v.Lone() != test.lone {
			t.Errorf("%s: JSON %s, lone %v", test.raw, got, v.Lone())
		}
	}
}

func TestOtherKindsHaveNoText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`null`, `1`, `true`, `["a"]`, `{"a":"\n"}`} {
		if got := value(t, text).Text(); got != nil {
			t.Errorf("%s: got %q", text, got)
		}
	}
}

func TestFloatIsTheNearestOrNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{`0.1`: 0.1, `-1e-3`: -0.001, `9007199254740993`: 9007199254740992} {
		if got, ok := value(t, text).Float(); got != want || !ok {
			t.Errorf("%s: got %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{`1e400`, `"1"`, `null`} {
		if got, ok := value(t, text).Float(); ok {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

func TestAValueIsScannedOnItsOwn(t *testing.T) {
	t.Parallel()
	v := value(t, ` [1, [2]] `)
	s := v.Scanner()
	var kinds []jsonscan.Kind
	for s.Array(); s.Element(); {
		kinds = append(kinds, s.Value().Kind)
	}
	if err := s.End(); err != nil || len(kinds) != 2 || kinds[0] != jsonscan.Number || kinds[1] != jsonscan.Array {
		t.Errorf("kinds %v, error %v", kinds, err)
	}
}

func TestWalkingAllocatesNothing(t *testing.T) {
	body := []byte(page)
	var s jsonscan.Scanner
	all := jsonscan.New(body).Value()
	if n := testing.AllocsPerRun(100, func() {
		s = all.Scanner()
		for s.Object(); s.Field(); {
			s.Value().Int()
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
