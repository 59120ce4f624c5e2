package schema_test

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"desklake/internal/jsonscan"
	"desklake/schema"
	"desklake/schema/schematest"
)

// everything has a column of every type.
var everything = &schema.Table{
	Name: "everything", Key: "id", Aliases: map[string]string{"again": "json"},
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int},
		{Name: "int", Type: schema.Int},
		{Name: "float", Type: schema.Float},
		{Name: "text", Type: schema.Text},
		{Name: "bool", Type: schema.Bool},
		{Name: "time", Type: schema.Time},
		{Name: "unix", Type: schema.Unix},
		{Name: "ints", Type: schema.Ints},
		{Name: "texts", Type: schema.Texts},
		{Name: "json", Type: schema.JSON},
		{Name: "struct", Type: schema.Struct, Fields: []schema.Column{
			{Name: "int", Type: schema.Int},
			{Name: "time", Type: schema.Time},
			{Name: "texts", Type: schema.Texts},
			{Name: "json", Type: schema.JSON},
		}},
	},
}

// TestColumnsAndExtraGiveBackEveryField decodes arbitrary records and holds what is stored against what was sent.
func TestColumnsAndExtraGiveBackEveryField(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	d := decoder(t, everything)
	for range 200 {
		var records []record
		for range 1 + g.IntN(20) {
			r := g.record(len(records))
			s := jsonscan.New([]byte(r.text))
			if !d.Decode(s) {
				t.Fatalf("no row from %s: %v", r.text, s.End())
			}
			records = append(records, r)
		}
		size := d.Size()
		batches, _ := d.Flush()
		if least := int64(len(records) * 100); size < least {
			t.Errorf("%d rows have a size of %d", len(records), size)
		}
		for i, r := range records {
			got, err := schematest.Fields(batches[0], i)
			if err != nil {
				t.Fatalf("%s: %v", r.text, err)
			}
			for name, want := range r.fields {
				if !same(name, want, string(got[name])) {
					t.Fatalf("%s\n%q is %s, want %s", r.text, name, got[name], want)
				}
			}
			for name := range got {
				if _, ok := r.fields[name]; !ok && name != "again" {
					t.Fatalf("%s\n%q is made up", r.text, name)
				}
			}
		}
		batches[0].Release()
	}
}

// same reports that two values of a field say the same: a column that is null says as much as none; times are the
// same instant; numbers the same number. What was never decoded has the same bytes.
func same(name, want, got string) bool {
	column, ok := columnOf(name)
	if want == "null" && ok && got == "" {
		return true
	}
	if !ok || column.Type == schema.JSON {
		if strings.Contains(want, `\ud8`) { // replaced by \ufffd
			return reflect.DeepEqual(parse(want), parse(got))
		}
		return want == got || name == "again" && want == "null" && got == ""
	}
	return equal(parse(want), parse(got))
}

// columnOf returns the column that a field is for.
func columnOf(name string) (schema.Column, bool) {
	i := slices.IndexFunc(everything.Columns, func(c schema.Column) bool { return c.Name == name })
	if i < 0 {
		return schema.Column{}, false
	}
	return everything.Columns[i], true
}

func parse(text string) any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err
	}
	return v
}

func equal(want, got any) bool {
	switch want := want.(type) {
	case json.Number:
		got, ok := got.(json.Number)
		if !ok {
			return false
		}
		w, _ := new(big.Rat).SetString(string(want))
		g, _ := new(big.Rat).SetString(string(got))
		return w.Cmp(g) == 0
	case string:
		got, ok := got.(string)
		if ok && got != want {
			w, err1 := time.Parse(time.RFC3339Nano, want)
			g, err2 := time.Parse(time.RFC3339Nano, got)
			return err1 == nil && err2 == nil && w.Equal(g)
		}
		return ok
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			return false
		}
		for i := range want {
			if !equal(want[i], got[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		got, ok := got.(map[string]any)
		for key := range want {
			if !ok || !equal(want[key], got[key]) {
				return false
			}
		}
		return ok
	}
	return want == got
}

// record is a JSON object and what its fields are, the last one of each name.
type record struct {
	text   string
	fields map[string]string
}

type generator struct{ *rand.Rand }

// record makes a record with the given id: every column absent, null, fitting or not, unknown and repeated fields,
// in any order and with any white space.
func (g generator) record(id int) record {
	var names []string
	for _, c := range everything.Columns[1:] {
		for range g.pick(1, 1, 1, 1, 0, 2) {
			names = append(names, c.Name)
		}
	}
	for range g.IntN(4) {
		names = append(names, g.key())
	}
	names = append(names, "id", "again")
	g.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })

	r := record{fields: map[string]string{}}
	var b strings.Builder
	b.WriteString("{")
	for i, name := range names {
		if i > 0 {
			b.WriteString(g.space() + ",")
		}
		value := g.value(name, r.fields)
		if name == "id" {
			value = strconv.Itoa(id)
		}
		r.fields[name] = value
		b.WriteString(g.space() + g.quote(name) + g.space() + ":" + g.space() + value)
	}
	b.WriteString(g.space() + "}")
	r.text = b.String()
	if json, again := r.fields["json"], r.fields["again"]; (json == "" || json == "null") && again != "null" {
		r.fields["json"] = again // an alias that stands alone fills its column
	}
	return r
}

// value makes a value for a field: mostly one that fits its column.
func (g generator) value(name string, fields map[string]string) string {
	column, ok := columnOf(name)
	switch {
	case name == "again" && fields["json"] != "" && g.IntN(2) == 0:
		return fields["json"]
	case !ok || g.IntN(4) == 0:
		return g.any(3)
	}
	return g.fitting(column)
}

func (g generator) fitting(c schema.Column) string {
	switch c.Type {
	case schema.Int:
		return strconv.FormatInt(int64(g.Uint64())>>g.IntN(64), 10)
	case schema.Float:
		return g.number()
	case schema.Text:
		return g.quote(g.text())
	case schema.Bool:
		return strconv.FormatBool(g.IntN(2) == 0)
	case schema.Time:
		return g.time()
	case schema.Unix:
		return strconv.FormatInt(g.Int64N(1e12)-5e11, 10)
	case schema.Ints:
		return g.list(func() string { return g.fitting(schema.Column{Type: schema.Int}) })
	case schema.Texts:
		return g.list(func() string { return g.quote(g.text()) })
	case schema.Struct:
		var fields []string
		for _, f := range c.Fields {
			if g.IntN(3) > 0 {
				fields = append(fields, g.quote(f.Name)+":"+g.fitting(f))
			}
		}
		if g.IntN(5) == 0 {
			fields = append(fields, `"new":`+g.any(2))
		}
		return "{" + strings.Join(fields, g.space()+",") + "}"
	}
	return g.any(3)
}

// any makes any JSON value, nested at most so deep.
func (g generator) any(depth int) string {
	switch kind := g.IntN(9); {
	case kind < 2:
		return g.number()
	case kind < 4:
		return g.quote(g.text())
	case kind == 4:
		return g.time()
	case kind == 5:
		return g.pickText("null", "true", "false", `"\ud800"`)
	case kind == 6 || depth == 0:
		return "null"
	case kind == 7:
		return g.list(func() string { return g.any(depth - 1) })
	}
	fields := map[string]string{}
	for range g.IntN(4) {
		fields[g.text()] = g.any(depth - 1)
	}
	var members []string
	for key, value := range fields {
		members = append(members, g.quote(key)+g.space()+":"+value)
	}
	return "{" + strings.Join(members, ",") + "}"
}

func (g generator) list(element func() string) string {
	var elements []string
	for range g.IntN(4) {
		if g.IntN(6) == 0 {
			elements = append(elements, "null")
			continue
		}
		elements = append(elements, g.space()+element())
	}
	return "[" + strings.Join(elements, ",") + g.space() + "]"
}

func (g generator) number() string {
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(byte('0' + g.IntN(10)))
		}
		return b.String()
	}
	n := g.pickText("", "-") + g.pickText("0", strconv.Itoa(1+g.IntN(9))+digits(g.IntN(25)))
	if g.IntN(2) == 0 {
		n += "." + digits(1+g.IntN(25))
	}
	if g.IntN(4) == 0 {
		n += g.pickText("e", "E", "e+", "E-") + digits(1+g.IntN(3))
	}
	return n
}

func (g generator) time() string {
	t := time.Unix(g.Int64N(3e11)-6.3e10, g.Int64N(1e9)).UTC()
	layout := g.pickText("2006-01-02T15:04:05Z", "2006-01-02T15:04:05.000000Z", "2006-01-02T15:04:05.999999999Z07:00",
		"2006-01-02T15:04:05-07:00", "2006-01-02")
	return `"` + t.In(time.FixedZone("", g.IntN(3)*3600)).Format(layout) + `"`
}

func (g generator) key() string {
	if g.IntN(3) == 0 {
		return g.pickText("_desklake_extra", "_desklake_run_id", "Int", "", "int ", "struct.int")
	}
	return "x" + g.text()
}

func (g generator) text() string {
	var b strings.Builder
	for range g.IntN(12) {
		b.WriteString(g.pickText("a", "Z", " ", "\"", "\\", "\n", "\x00", "ä", "€", "😀", "\uFFFD", "/", "u0041", "<"))
	}
	return b.String()
}

// quote writes a string as JSON, some of its characters as escapes that need not be.
func (g generator) quote(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < 0x10000 && (r < ' ' || g.IntN(8) == 0):
			b.WriteString(`\u` + strconv.FormatInt(0x10000+int64(r), 16)[1:])
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

func (g generator) space() string { return g.pickText("", "", "", "", " ", "\n\t\r ") }

func (g generator) pick(choices ...int) int { return choices[g.IntN(len(choices))] }

func (g generator) pickText(choices ...string) string { return choices[g.IntN(len(choices))] }
