package schema_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"desklake/internal/jsonscan"
	"desklake/schema"
)

var received = time.Date(2026, 11, 20, 8, 30, 0, 123456000, time.UTC)

// decoder returns a decoder whose memory must be given back by the end of the test.
func decoder(t testing.TB, table *schema.Table) *schema.Decoder {
	t.Helper()
	checked := memory.NewCheckedAllocator(memory.DefaultAllocator)
	d := schema.NewDecoder(table, schema.Memory(checked))
	d.Page(received, "run-1")
	t.Cleanup(func() {
		d.Release()
		checked.AssertSize(t, 0)
	})
	return d
}

// decodeAll decodes the elements of a JSON array.
func decodeAll(t testing.TB, d *schema.Decoder, records string) {
	t.Helper()
	s := jsonscan.New([]byte(records))
	if !s.Array() {
		t.Fatal("the records are no array")
	}
	for s.Element() {
		d.Decode(s)
	}
	if err := s.End(); err != nil {
		t.Fatal(err)
	}
}

// flush returns the rows, each with its columns as Arrow writes them, null ones left out, and the issues.
func flush(t testing.TB, d *schema.Decoder) ([]map[string]string, []schema.Issue) {
	t.Helper()
	batches, issues := d.Flush()
	var rows []map[string]string
	for _, b := range batches {
		for i := range int(b.Rows()) {
			row := map[string]string{}
			for c, values := range b.Record.Columns() {
				if values.IsValid(i) {
					row[b.Record.ColumnName(c)] = values.ValueStr(i)
				}
			}
			rows = append(rows, row)
		}
		b.Release()
	}
	return rows, issues
}

// own leaves out of rows the columns that are the same in all of them.
func own(rows []map[string]string) []map[string]string {
	for _, row := range rows {
		delete(row, schema.ExtractedAt)
		delete(row, schema.RunID)
	}
	return rows
}

var groups = &schema.Table{
	Name: "groups", Key: "id", Deleted: schema.Marker{Column: "deleted", Value: "true"},
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int},
		{Name: "name", Type: schema.Text},
		{Name: "deleted", Type: schema.Bool},
	},
}

func TestEveryRowSaysWhenAndByWhichRunItCame(t *testing.T) {
	t.Parallel()
	d := decoder(t, groups)
	decodeAll(t, d, `[{"id":1,"deleted":false},{"id":2,"deleted":true}]`)
	d.Page(received.Add(time.Hour), "run-2")
	decodeAll(t, d, `[{"id":3}]`)
	rows, issues := flush(t, d)
	want := []map[string]string{
		{"id": "1", "deleted": "false", schema.ExtractedAt: "2026-11-20T08:30:00.123456Z", schema.RunID: "run-1"},
		{"id": "2", "deleted": "true", schema.ExtractedAt: "2026-11-20T08:30:00.123456Z", schema.RunID: "run-1",
			schema.DeletedAt: "2026-11-20T08:30:00.123456Z"},
		{"id": "3", schema.ExtractedAt: "2026-11-20T09:30:00.123456Z", schema.RunID: "run-2"},
	}
	if diff := cmp.Diff(want, rows); diff != "" || len(issues) > 0 {
		t.Errorf("issues %v, rows (-want +got):\n%s", issues, diff)
	}
}

func TestTheMarkerRecognisesRowsThatAreGone(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind  schema.Type
		value string // of the marker
		live  string
		gone  string
	}{
		{schema.Text, "deleted", `"open"`, `"deleted"`},
		{schema.Text, "deleted", `{"deleted":"deleted"}`, `"deleted"`},
		{schema.Text, "7", `["7"]`, `"7"`},
		{schema.Bool, "true", `"true"`, `true`},
		{schema.Bool, "true", `1`, `true`},
		{schema.Bool, "false", `0`, `false`},
		{schema.Bool, "false", `""`, `false`},
		{schema.Text, "deleted", `null`, `"d\u0065leted"`},
		{schema.Bool, "true", `false`, `true`},
		{schema.Bool, "false", `true`, `false`},
		{schema.Time, "", `null`, `"2020-01-01T00:00:00Z"`},
		{schema.Time, "", `"yesterday"`, `"2020-01-01T01:00:00+01:00"`},
		{schema.Time, "", `""`, `"2020-01-01T00:00:00.1234567Z"`},
		{schema.Time, "", `false`, `"0001-01-01T00:00:00Z"`},
		{schema.Time, "", `0`, `"2020-01-01T00:00:00Z"`},
		{schema.Time, "", `"0000-00-00T00:00:00Z"`, `"2020-01-01T00:00:00Z"`},
		{schema.Time, "", `{}`, `"2020-01-01T00:00:00Z"`},
	}
	for _, test := range tests {
		d := decoder(t, &schema.Table{
			Name: "things", Key: "id", Deleted: schema.Marker{Column: "mark", Value: test.value},
			Columns: []schema.Column{{Name: "id", Type: schema.Int}, {Name: "mark", Type: test.kind}},
		})
		decodeAll(t, d, `[{"id":1},{"id":2,"mark":`+test.live+`},{"id":3,"mark":`+test.gone+`}]`)
		rows, _ := flush(t, d)
		for i, gone := range []bool{false, false, true} {
			if _, marked := rows[i][schema.DeletedAt]; marked != gone {
				t.Errorf("%+v: row %d: gone %v", test, i+1, marked)
			}
		}
		if _, held := rows[1]["mark"]; !held && test.live != `null` && rows[1][schema.Extra] != `{"mark":`+test.live+`}` {
			t.Errorf("%+v: extra %s", test, rows[1][schema.Extra])
		}
	}
}

func TestARecordWithoutAKeyHasNoRowAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	d := decoder(t, groups)
	decodeAll(t, d, `[{"id":1},{"name":"a"},{"id":null},{"id":"007"},{"id":1.5},{"id":9223372036854775808},
		[1],"x",null,7,true,{"id":2}]`)
	rows, issues := flush(t, d)
	want := []map[string]string{{"id": "1"}, {"id": "2"}}
	if diff := cmp.Diff(want, own(rows)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	const noKey, notRecord = "the record has no usable key; it has no row", "the record is not an object; it has no row"
	wantIssues := []schema.Issue{
		{Table: "groups", Value: `{"name":"a"}`, Reason: noKey, Count: 2, NoRow: true},
		{Table: "groups", Key: `007`, Value: `{"id":"007"}`, Reason: noKey, Count: 1, NoRow: true},
		{Table: "groups", Key: `1.5`, Value: `{"id":1.5}`, Reason: noKey, Count: 1, NoRow: true},
		{Table: "groups", Key: `9223372036854775808`, Value: `{"id":9223372036854775808}`, Reason: noKey, Count: 1, NoRow: true},
		{Table: "groups", Value: `[1]`, Reason: notRecord, Count: 5, NoRow: true},
	}
	if diff := cmp.Diff(wantIssues, issues); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
}

func TestAKeyIsReadHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	d := decoder(t, groups)
	for _, id := range []string{`35436`, `35436.0`, `3.5436e4`, `"35436"`, `"35436.0"`} {
		decodeAll(t, d, `[{"id":`+id+`,"new":1}]`)
		rows, issues := flush(t, d)
		if len(rows) != 1 || rows[0]["id"] != "35436" {
			t.Errorf("%s: rows %v", id, rows)
		}
		for _, issue := range issues {
			if issue.NoRow {
				t.Errorf("%s: issue %+v", id, issue)
			}
		}
	}
}

func TestMoreRecordsWithoutARowThanAreListedAreStillToldOf(t *testing.T) {
	t.Parallel()
	d := decoder(t, groups)
	for i := range 1100 {
		decodeAll(t, d, fmt.Sprintf(`[{"id":%d,"new%d":1}]`, i, i))
	}
	decodeAll(t, d, `[{"id":null}]`)
	_, issues := flush(t, d)
	if !slices.ContainsFunc(issues, func(i schema.Issue) bool { return i.NoRow }) {
		t.Error("no issue tells of the record without a row")
	}
}

func TestTextKeysMustBeExact(t *testing.T) {
	t.Parallel()
	d := decoder(t, &schema.Table{Name: "tags", Key: "name", Columns: []schema.Column{{Name: "name", Type: schema.Text}}})
	decodeAll(t, d, `[{"name":""},{"name":"a\u0000"},{"name":"\ud800"},{"name":"\udfff"},{"name":1}]`)
	decodeAll(t, d, "[{\"name\":\"a\xff\"},{\"name\":\"a\xfe\"},{\"name\":\"ä\"}]")
	rows, issues := flush(t, d)
	want := []map[string]string{{"name": ""}, {"name": "a\x00"}, {"name": "1", schema.Extra: `{"name":1}`}, {"name": "ä"}}
	if diff := cmp.Diff(want, own(rows)); diff != "" || len(issues) != 3 {
		t.Errorf("issues %v, rows (-want +got):\n%s", issues, diff)
	}
}

func TestTextThatIsNotJSONIsTheScannersError(t *testing.T) {
	t.Parallel()
	d := decoder(t, groups)
	for _, text := range []string{``, `{"id":1`, `{"id":1,}`, `[{"id":1]`, `nul`} {
		s := jsonscan.New([]byte(text))
		if d.Decode(s) || s.Err() == nil {
			t.Errorf("%q has a row, error %v", text, s.Err())
		}
	}
	if rows, issues := flush(t, d); len(rows) > 0 || len(issues) > 0 {
		t.Errorf("rows %v, issues %v", rows, issues)
	}
}

func TestFlushReturnsWhatCameSinceTheLastOne(t *testing.T) {
	t.Parallel()
	d := decoder(t, groups)
	if batches, issues := d.Flush(); len(batches) > 0 || len(issues) > 0 || d.Size() != 0 {
		t.Errorf("%d batches, issues %v, size %d from nothing", len(batches), issues, d.Size())
	}
	for i := range 3 {
		decodeAll(t, d, `[{"id":1,"name":"`+strings.Repeat("x", 1000)+`","new":1},{"id":2}]`)
		if size := d.Size(); size < 1000 || size > 3000 {
			t.Errorf("flush %d: size %d", i, size)
		}
		if rows, issues := flush(t, d); len(rows) != 2 || len(issues) != 1 || issues[0].Count != 1 {
			t.Errorf("flush %d: %d rows, issues %v", i, len(rows), issues)
		}
	}
}

func TestABatchThatCouldNotHoldItsTextIsSplit(t *testing.T) {
	t.Parallel()
	d := decoder(t, groups)
	d.SetMaxText(100)
	decodeAll(t, d, `[{"id":1,"name":"`+strings.Repeat("x", 100)+`"},{"id":2},{"id":3},{"id":4,"name":"y"}]`)
	size := d.Size()
	batches, _ := d.Flush()
	var rows []int64
	for _, b := range batches {
		rows = append(rows, b.Rows())
		b.Release()
	}
	if diff := cmp.Diff([]int64{1, 3}, rows); diff != "" || size < 100 {
		t.Errorf("size %d, rows (-want +got):\n%s", size, diff)
	}
}
