package schema_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/internal/jsonscan"
	"desklake/schema"
)

var notes = &schema.Table{
	Name: "notes", Key: "id",
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int},
		{Name: "text", Type: schema.Text},
		{Name: "words", Type: schema.Texts},
		{Name: "data", Type: schema.JSON},
	},
}

// reasons are the issues' columns, each with how often what was met.
func reasons(issues []schema.Issue) map[string]int64 {
	counts := map[string]int64{}
	for _, i := range issues {
		counts[i.Column+": "+i.Reason] = i.Count
	}
	return counts
}

func TestUnknownFieldsAreKeptUnderTheirOwnNames(t *testing.T) {
	t.Parallel()
	d := decoder(t, notes)
	decodeAll(t, d, `[{"new":{"a": 1.50},"id":1,"":null,"é\"\\\n":[],"_desklake_run_id":"x","Text":"y","text":5}]`)
	rows, issues := flush(t, d)
	want := `{"text":5,"":null,"Text":"y","_desklake_run_id":"x","new":{"a": 1.50},"é\"\\\u000a":[]}`
	if got := rows[0][schema.Extra]; got != want {
		t.Errorf("extra %s, want %s", got, want)
	}
	if rows[0][schema.RunID] != "run-1" || len(issues) != 6 {
		t.Errorf("run %s, issues %v", rows[0][schema.RunID], issues)
	}
}

func TestOfRepeatedFieldsTheLastOneCounts(t *testing.T) {
	t.Parallel()
	d := decoder(t, notes)
	decodeAll(t, d, `[
		{"id":1,"text":"a","new":1,"text":"b","n\u0065w":[2],"new":3,"id":2},
		{"id":3,"text":"a","text":null,"data":1,"data":2,"data":{}}]`)
	rows, issues := flush(t, d)
	want := []map[string]string{{"id": "2", "text": "b", schema.Extra: `{"new":3}`}, {"id": "3", "data": `{}`}}
	if diff := cmp.Diff(want, own(rows)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	const repeated = ": the field came more than once in a record; the last one counts"
	wantReasons := map[string]int64{
		"id" + repeated: 1, "text" + repeated: 2, "new" + repeated: 2, "data" + repeated: 2,
		"new: no column is made for this field": 1,
	}
	if diff := cmp.Diff(wantReasons, reasons(issues)); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
}

func TestHalfASurrogatePairIsReplacedAndReported(t *testing.T) {
	t.Parallel()
	d := decoder(t, notes)
	decodeAll(t, d, `[{"id":1,"text":"a\ud83d","words":["\ude00"],"data":{"\ud800":"\\ud800\ud83d\ude00"},
		"new":"\udfff","k\udc00":1}]`)
	rows, issues := flush(t, d)
	want := []map[string]string{{
		"id": "1", "text": "a\uFFFD", "words": `["` + "\uFFFD" + `"]`, "data": `{"\ufffd":"\\ud800\ud83d\ude00"}`,
		schema.Extra: `{"k` + "\uFFFD" + `":1,"new":"\ufffd"}`,
	}}
	if diff := cmp.Diff(want, own(rows)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	const lone = ": half a surrogate pair stands for no character; it was replaced by U+FFFD"
	const unknown = ": no column is made for this field"
	wantReasons := map[string]int64{
		"text" + lone: 1, "words" + lone: 1, "data" + lone: 1, "new" + lone: 1, "k\uFFFD" + lone: 1,
		"new" + unknown: 1, "k\uFFFD" + unknown: 1,
	}
	if diff := cmp.Diff(wantReasons, reasons(issues)); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
}

func TestBytesThatAreNotUTF8AreReplacedAndReported(t *testing.T) {
	t.Parallel()
	d := decoder(t, notes)
	decodeAll(t, d, "[{\"id\":1,\"text\":\"a\xff\",\"data\":\"\xc3\\n\",\"words\":[\"ok\"],\"n\x80\":\"ok\"}]")
	rows, issues := flush(t, d)
	want := []map[string]string{{
		"id": "1", "text": "a\uFFFD", "data": `"` + "\uFFFD" + `\n"`, "words": `["ok"]`,
		schema.Extra: `{"n` + "\uFFFD" + `":"ok"}`,
	}}
	if diff := cmp.Diff(want, own(rows)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	const notUTF8 = ": the page was not UTF-8; what was not is replaced by U+FFFD"
	wantReasons := map[string]int64{
		"text" + notUTF8: 1, "data" + notUTF8: 1, "n\uFFFD" + notUTF8: 1,
		"n\uFFFD: no column is made for this field": 1,
	}
	if diff := cmp.Diff(wantReasons, reasons(issues)); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
}

func TestValuesNestedTooDeeplyAreKeptAsTheirText(t *testing.T) {
	t.Parallel()
	nested := func(depth int) string {
		return strings.Repeat(`[`, depth-1) + `["\"\ud800"]` + strings.Repeat(`]`, depth-1)
	}
	stored := strings.ReplaceAll(nested(10_000), `\ud800`, `\ufffd`)
	d := decoder(t, notes)
	decodeAll(t, d, `[{"id":1,"data":`+nested(499)+`,"new":`+nested(499)+`},
		{"id":2,"data":`+nested(500)+`,"new":`+nested(10_000)+`,"text":`+nested(10_000)+`,"words":`+nested(10_000)+`}]`)
	rows, issues := flush(t, d)
	if _, ok := rows[0]["data"]; !ok || !strings.HasPrefix(rows[0][schema.Extra], `{"new":[`) {
		t.Errorf("499 levels: data %v, extra %.20s", ok, rows[0][schema.Extra])
	}
	var extra map[string]string
	if err := json.Unmarshal([]byte(rows[1][schema.Extra]), &extra); err != nil {
		t.Fatal(err)
	}
	if _, ok := rows[1]["data"]; ok || len(extra) != 4 || !strings.HasPrefix(extra["data"], "[[") ||
		extra["new"] != stored || extra["text"] != stored || extra["words"] != stored {
		t.Errorf("more levels: data %v, extra %.20v", ok, extra)
	}
	const deep = ": the value is nested too deeply; _desklake_extra has a string with its text"
	for _, column := range []string{"data", "new", "text", "words"} {
		if reasons(issues)[column+deep] != 1 {
			t.Errorf("%s: issues %v", column, reasons(issues))
		}
	}
}

func TestIssuesAreCountedByColumnAndReason(t *testing.T) {
	t.Parallel()
	d := decoder(t, notes)
	decodeAll(t, d, `[{"id":1,"text":[1],"new":"`+strings.Repeat("ä", 1000)+`"},{"id":2,"text":[2],"new":2},{"id":3,"new":3}]`)
	_, issues := flush(t, d)
	want := []schema.Issue{
		{Table: "notes", Column: "new", Value: `"` + strings.Repeat("ä", 149), Count: 3, Reason: "no column is made for this field"},
		{Table: "notes", Column: "text", Value: "[1]", Count: 2, Reason: "the value is not a string"},
	}
	if diff := cmp.Diff(want, issues); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
}

func TestFreeKeysMakeABoundedNumberOfIssues(t *testing.T) {
	t.Parallel()
	d := decoder(t, notes)
	record := []byte(`{"id":1`)
	for i := range 5000 {
		record = fmt.Appendf(record, `,"%d%s":%d`, i, strings.Repeat("x", i%1000), i)
	}
	s := jsonscan.New(append(record, '}'))
	if !d.Decode(s) {
		t.Fatal(s.Err())
	}
	rows, issues := flush(t, d)
	var extra map[string]int
	if err := json.Unmarshal([]byte(rows[0][schema.Extra]), &extra); err != nil || len(extra) != 5000 {
		t.Errorf("%d fields kept, error %v", len(extra), err)
	}
	total := int64(0)
	for _, i := range issues {
		if total += i.Count; len(i.Column)+len(i.Value) > 400 {
			t.Errorf("an issue of %d bytes", len(i.Column)+len(i.Value))
		}
	}
	if len(issues) != 1001 || total != 5000 {
		t.Errorf("%d issues that count %d", len(issues), total)
	}
}
