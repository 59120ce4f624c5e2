package schema_test

import (
	"testing"

	"desklake/schema"
)

// null stands for a null column, nothing for an empty _desklake_extra.
const null, nothing = "(null)", ""

// value is what became of one JSON value.
type value struct{ raw, column, extra string }

// testValues decodes each value into column v of the type and compares the column and _desklake_extra.
func testValues(t *testing.T, column schema.Column, values []value) {
	t.Helper()
	t.Parallel()
	column.Name = "v"
	d := decoder(t, &schema.Table{Name: "values", Key: "id", Columns: []schema.Column{{Name: "id", Type: schema.Int}, column}})
	for _, value := range append(values, value{`null`, null, nothing}) {
		decodeAll(t, d, `[{"id":1,"v":`+value.raw+`}]`)
		rows, issues := flush(t, d)
		if len(rows) != 1 {
			t.Errorf("%s: %d rows", value.raw, len(rows))
			continue
		}
		got, ok := rows[0]["v"]
		if !ok {
			got = null
		}
		if got != value.column {
			t.Errorf("%s: column %s, want %s", value.raw, got, value.column)
		}
		want := value.extra
		if want != nothing {
			want = `{"v":` + want + `}`
		}
		if extra := rows[0][schema.Extra]; extra != want {
			t.Errorf("%s: extra %s, want %s", value.raw, extra, want)
		}
		if (want != nothing) != (len(issues) == 1) {
			t.Errorf("%s: issues %v", value.raw, issues)
		}
	}
}

func TestIntHoldsWholeNumbersOf64BitsExactly(t *testing.T) {
	testValues(t, schema.Column{Type: schema.Int}, []value{
		{`0`, `0`, nothing},
		{`-1`, `-1`, nothing},
		{`46406145565073`, `46406145565073`, nothing},
		{`9007199254740993`, `9007199254740993`, nothing},
		{`9223372036854775807`, `9223372036854775807`, nothing},
		{`-9223372036854775808`, `-9223372036854775808`, nothing},
		{`9223372036854775808`, null, `9223372036854775808`},
		{`-9223372036854775809`, null, `-9223372036854775809`},
		{`35436.0`, `35436`, nothing},
		{`3.5436e4`, `35436`, nothing},
		{`9007199254740993.0`, `9007199254740993`, nothing},
		{`9223372036854775807e0`, `9223372036854775807`, nothing},
		{`3.5436e3`, null, `3.5436e3`},
		{`1e400`, null, `1e400`},
		{`-0`, null, `-0`},
		{`"35436"`, `35436`, `"35436"`},
		{`"-3.5436e4"`, `-35436`, `"-3.5436e4"`},
		{`"0035436"`, null, `"0035436"`},
		{`"+5"`, null, `"+5"`},
		{`" 5"`, null, `" 5"`},
		{`""`, null, `""`},
		{`true`, null, `true`},
		{`[ 1, 2 ]`, null, `[ 1, 2 ]`},
	})
}

func TestFloatKeepsTheDigitsItCannotHold(t *testing.T) {
	testValues(t, schema.Column{Type: schema.Float}, []value{
		{`0`, `0`, nothing},
		{`-0.0`, `-0`, nothing},
		{`0.1`, `0.1`, nothing},
		{`58.9290`, `58.929`, nothing},
		{`1e3`, `1000`, nothing},
		{`1E-3`, `0.001`, nothing},
		{`123456789012345`, `1.23456789012345e+14`, nothing},
		{`9007199254740992`, `9.007199254740992e+15`, nothing},
		{`9007199254740993`, `9.007199254740992e+15`, `9007199254740993`},
		{`0.1000000000000000055511151231257827`, `0.1`, `0.1000000000000000055511151231257827`},
		{`0.10000000000000000000000000000000000`, `0.1`, nothing},
		{`1.7976931348623157e308`, `1.7976931348623157e+308`, nothing},
		{`5e-324`, `5e-324`, nothing},
		{`1e-400`, `0`, `1e-400`},
		{`1e-99999999999`, `0`, `1e-99999999999`},
		{`0e99999999999`, `0`, nothing},
		{`1e400`, null, `1e400`},
		{`-1e99999999999`, null, `-1e99999999999`},
		{`"0.5"`, null, `"0.5"`},
		{`false`, null, `false`},
	})
}

func TestTextHoldsStrings(t *testing.T) {
	testValues(t, schema.Column{Type: schema.Text}, []value{
		{`""`, ``, nothing},
		{`"null"`, `null`, nothing},
		{`"\u0000\n\"\\\/"`, "\x00\n\"\\/", nothing},
		{`"\ud83d\ude00 😀"`, "😀 😀", nothing},
		{`1`, `1`, `1`},
		{`-1.50e400`, `-1.50e400`, `-1.50e400`},
		{`false`, null, `false`},
		{`["a"]`, null, `["a"]`},
		{`{"a":"b"}`, null, `{"a":"b"}`},
	})
}

func TestBoolHoldsTrueAndFalse(t *testing.T) {
	testValues(t, schema.Column{Type: schema.Bool}, []value{
		{`true`, `true`, nothing},
		{`false`, `false`, nothing},
		{`1`, null, `1`},
		{`"true"`, null, `"true"`},
	})
}

func TestTimeHoldsInstantsAndKeepsWhatElseTheTextSays(t *testing.T) {
	testValues(t, schema.Column{Type: schema.Time}, []value{
		{`"2011-05-05T10:38:52Z"`, `2011-05-05T10:38:52Z`, nothing},
		{`"2011-05-05t10:38:52z"`, `2011-05-05T10:38:52Z`, nothing},
		{`"2012-07-23T00:00:00+00:00"`, `2012-07-23T00:00:00Z`, nothing},
		{`"2012-07-23T00:00:00-00:00"`, `2012-07-23T00:00:00Z`, nothing},
		{`"2020-02-29T23:59:59.5Z"`, `2020-02-29T23:59:59.5Z`, nothing},
		{`"2020-02-29T23:59:59.000001Z"`, `2020-02-29T23:59:59.000001Z`, nothing},
		{`"1969-12-31T23:59:59.999999Z"`, `1969-12-31T23:59:59.999999Z`, nothing},
		{`"0001-01-01T00:00:00Z"`, `0001-01-01T00:00:00Z`, nothing},
		{`"9999-12-31T23:59:59.999999Z"`, `9999-12-31T23:59:59.999999Z`, nothing},
		{`"2020-02-29T23:59:59.1234567Z"`, `2020-02-29T23:59:59.123456Z`, `"2020-02-29T23:59:59.1234567Z"`},
		{`"2020-03-01T00:30:00+01:00"`, `2020-02-29T23:30:00Z`, `"2020-03-01T00:30:00+01:00"`},
		{`"2020-02-29T23:30:00.25-05:30"`, `2020-03-01T05:00:00.25Z`, `"2020-02-29T23:30:00.25-05:30"`},
		{`"2020-01-01"`, null, `"2020-01-01"`},
		{`"2020-01-01T00:00:00"`, null, `"2020-01-01T00:00:00"`},
		{`"2020-01-01 00:00:00Z"`, `2020-01-01T00:00:00Z`, nothing},
		{`"2026-11-01T10:00:00+0000"`, `2026-11-01T10:00:00Z`, nothing},
		{`"2026-11-01T10:00:00.25+0000"`, `2026-11-01T10:00:00.25Z`, nothing},
		{`"2026-11-01 10:00:00 UTC"`, `2026-11-01T10:00:00Z`, nothing},
		{`"2026-11-01 10:00:00 +0000"`, `2026-11-01T10:00:00Z`, nothing},
		{`"2026-11-01 10:00:00.123456 UTC"`, `2026-11-01T10:00:00.123456Z`, nothing},
		{`"2026-11-01 10:00:00 -0130"`, `2026-11-01T11:30:00Z`, `"2026-11-01 10:00:00 -0130"`},
		{`"2026-11-01 10:00:00  UTC"`, null, `"2026-11-01 10:00:00  UTC"`},
		{`"2026-11-01 10:00:00 CET"`, null, `"2026-11-01 10:00:00 CET"`},
		{`"2026-11-01 10:00:00 "`, null, `"2026-11-01 10:00:00 "`},
		{`"1550645445"`, `2019-02-20T06:50:45Z`, `"1550645445"`},
		{`"1550645445000"`, null, `"1550645445000"`},
		{`"20190220"`, null, `"20190220"`},
		{`"-550645445"`, null, `"-550645445"`},
		{`"2021-02-29T00:00:00Z"`, null, `"2021-02-29T00:00:00Z"`},
		{`"1900-02-29T00:00:00Z"`, null, `"1900-02-29T00:00:00Z"`},
		{`"2020-13-01T00:00:00Z"`, null, `"2020-13-01T00:00:00Z"`},
		{`"2020-00-01T00:00:00Z"`, null, `"2020-00-01T00:00:00Z"`},
		{`"2020-04-31T00:00:00Z"`, null, `"2020-04-31T00:00:00Z"`},
		{`"2020-04-00T00:00:00Z"`, null, `"2020-04-00T00:00:00Z"`},
		{`"2020-01-01T24:00:00Z"`, null, `"2020-01-01T24:00:00Z"`},
		{`"2020-01-01T00:60:00Z"`, null, `"2020-01-01T00:60:00Z"`},
		{`"2016-12-31T23:59:60Z"`, null, `"2016-12-31T23:59:60Z"`},
		{`"2020-01-01T00:00:00.Z"`, null, `"2020-01-01T00:00:00.Z"`},
		{`"2020-01-01T00:00:00+24:00"`, null, `"2020-01-01T00:00:00+24:00"`},
		{`"2020-01-01T00:00:00+01:60"`, null, `"2020-01-01T00:00:00+01:60"`},
		{`"2020-01-01T00:00:00+0100"`, `2019-12-31T23:00:00Z`, `"2020-01-01T00:00:00+0100"`},
		{`"2020-01-01T00:00:00+2400"`, null, `"2020-01-01T00:00:00+2400"`},
		{`"2020-01-01T00:00:00+100"`, null, `"2020-01-01T00:00:00+100"`},
		{`"2020-01-01T00:00:00ZZ"`, null, `"2020-01-01T00:00:00ZZ"`},
		{`"2020-01-01T00:00:00.5"`, null, `"2020-01-01T00:00:00.5"`},
		{`"0000-12-31T23:59:59Z"`, null, `"0000-12-31T23:59:59Z"`},
		{`"0001-01-01T00:00:00+00:01"`, null, `"0001-01-01T00:00:00+00:01"`},
		{`"9999-12-31T23:59:59-00:01"`, null, `"9999-12-31T23:59:59-00:01"`},
		{`"0000-00-00T00:00:00Z"`, null, `"0000-00-00T00:00:00Z"`},
		{`"2x20-01-01T00:00:00Z"`, null, `"2x20-01-01T00:00:00Z"`},
		{`""`, null, `""`},
		{`1550645445`, null, `1550645445`},
	})
}

func TestUnixHoldsWholeSeconds(t *testing.T) {
	testValues(t, schema.Column{Type: schema.Unix}, []value{
		{`0`, `1970-01-01T00:00:00Z`, nothing},
		{`1550645445`, `2019-02-20T06:50:45Z`, nothing},
		{`-62135596800`, `0001-01-01T00:00:00Z`, nothing},
		{`253402300799`, `9999-12-31T23:59:59Z`, nothing},
		{`-62135596801`, null, `-62135596801`},
		{`253402300800`, null, `253402300800`},
		{`9223372036854775807`, null, `9223372036854775807`},
		{`1550645445.5`, null, `1550645445.5`},
		{`1.550645445e9`, `2019-02-20T06:50:45Z`, nothing},
		{`"1550645445"`, `2019-02-20T06:50:45Z`, `"1550645445"`},
		{`1550645445000`, null, `1550645445000`},
		{`"1550645445000"`, null, `"1550645445000"`},
	})
}

func TestListsHoldElementsOfOneTypeOrNothing(t *testing.T) {
	t.Run("Ints", func(t *testing.T) {
		testValues(t, schema.Column{Type: schema.Ints}, []value{
			{`[]`, `[]`, nothing},
			{`[ 1 , -2,9223372036854775807]`, `[1,-2,9223372036854775807]`, nothing},
			{`[1,null]`, `[1,null]`, nothing},
			{`[1,"2"]`, null, `[1,"2"]`},
			{`[1.5]`, null, `[1.5]`},
			{`[[1]]`, null, `[[1]]`},
			{`1`, null, `1`},
			{`{}`, null, `{}`},
		})
	})
	t.Run("Texts", func(t *testing.T) {
		testValues(t, schema.Column{Type: schema.Texts}, []value{
			{`[]`, `[]`, nothing},
			{`["", "a\u0062\n", null]`, `["","ab\n",null]`, nothing},
			{`["a\n","b\n","c\n"]`, `["a\n","b\n","c\n"]`, nothing},
			{`["a",1]`, null, `["a",1]`},
			{`"a"`, null, `"a"`},
		})
	})
}

func TestStructHoldsWhatFitsAndKeepsTheWholeIfSomethingDoesNot(t *testing.T) {
	inner := schema.Column{Type: schema.Struct, Fields: []schema.Column{{Name: "deep", Type: schema.Ints}}}
	inner.Name = "inner"
	fields := []schema.Column{{Name: "calendar", Type: schema.Int}, {Name: "at", Type: schema.Time}, inner}
	testValues(t, schema.Column{Type: schema.Struct, Fields: fields}, []value{
		{`{}`, `{"at":null,"calendar":null,"inner":null}`, nothing},
		{`{"at":"2020-01-01T00:00:00Z", "calendar":1}`, `{"at":"2020-01-01T00:00:00Z","calendar":1,"inner":null}`, nothing},
		{`{"inner":{"deep":[1]},"at":null}`, `{"at":null,"calendar":null,"inner":{"deep":[1]}}`, nothing},
		{`{"calendar":1,"new":2}`, `{"at":null,"calendar":1,"inner":null}`, `{"calendar":1,"new":2}`},
		{`{"calendar":"x","at":"2020-01-01T00:00:00+01:00"}`, `{"at":"2019-12-31T23:00:00Z","calendar":null,"inner":null}`,
			`{"calendar":"x","at":"2020-01-01T00:00:00+01:00"}`},
		{`{"calendar":1,"calendar":2}`, `{"at":null,"calendar":2,"inner":null}`, `{"calendar":1,"calendar":2}`},
		{`{"inner":{"deep":[1],"x":0}}`, `{"at":null,"calendar":null,"inner":{"deep":[1]}}`, `{"inner":{"deep":[1],"x":0}}`},
		{`[]`, null, `[]`},
		{`"x"`, null, `"x"`},
	})
}

func TestJSONHoldsTheBytesOfAnyValue(t *testing.T) {
	values := []value{}
	for _, raw := range []string{
		`{"b":1,"a":[ 1.50, 1e3 , -0 ],"a":2}`, `"\u0041\/"`, `12345678901234567890.10`, `true`, `[]`, `"Web form"`, `1e999`,
	} {
		values = append(values, value{raw, raw, nothing})
	}
	testValues(t, schema.Column{Type: schema.JSON}, values)
}
