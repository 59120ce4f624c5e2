package parquet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	arrowfile "github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
)

// A reader that lists the files and opens each of them once sees, in any instant, rows that are whole and one a key, and
// never goes back in time. DuckDB opens a file several times: a query in whose middle one is replaced fails, and is
// to be asked again; one that gives an answer gives an exact one.
func TestReadersSeeExactRowsWhileASyncRuns(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.mergeRows = 300
	l.run([]string{pet(0, 1, 0, "0")})
	readers := map[string]func() (n, ids, sum, torn int, err error){
		"Arrow":  l.readWithArrow,
		"DuckDB": func() (n, ids, sum, torn int, err error) { return l.readWithDuckDB("FILES") },
		"DuckDB's view": func() (n, ids, sum, torn int, err error) {
			return l.readWithDuckDB("read_parquet(FILES, union_by_name = true)")
		},
	}
	stop := make(chan bool)
	done := make(chan int)
	for name, read := range readers {
		go func() {
			reads, rows, versions := 0, 0, 0
			defer func() { done <- reads }()
			for {
				select {
				case <-stop:
					return
				default:
				}
				n, ids, sum, torn, err := read()
				if err != nil && name != "Arrow" {
					continue
				}
				if err != nil || n != ids || n < rows || sum < versions || torn > 0 {
					t.Errorf("%s saw %d rows of %d keys, versions %d, %d torn, after %d rows with versions %d: %v", name, n, ids, sum, torn, rows, versions, err)
				}
				rows, versions = n, sum
				reads++
			}
		}()
	}
	for run := range 8 {
		var transactions [][]string
		for part := range 4 {
			var records []string
			for i := range 60 {
				records = append(records, pet(i*(part+1), 1+i*(part+1)%9, run*4+part, fmt.Sprint(run*4+part)))
			}
			transactions = append(transactions, records)
		}
		l.run(transactions...)
	}
	close(stop)
	for range readers {
		if reads := <-done; reads < 5 {
			t.Errorf("only %d reads", reads)
		}
	}
}

func (l *lake) readWithDuckDB(from string) (n, ids, sum, torn int, err error) {
	got, err := l.tryQuery("SELECT count(*), count(DISTINCT id), sum(name::INT)::BIGINT, count(*) FILTER (epoch(updated_at) // 60 % 1440 <> name::INT) FROM " + from)
	if err == nil {
		_, err = fmt.Sscan(got[0], &n, &ids, &sum, &torn)
	}
	return n, ids, sum, torn, err
}

func (l *lake) readWithArrow() (n, ids, sum, torn int, err error) {
	files, err := filepath.Glob(filepath.Join(l.Path, "pets", "*", "*.parquet"))
	seen := map[int64]bool{}
	for _, path := range files {
		record, failed := readArrow(path)
		if err = errors.Join(err, failed); err != nil {
			return
		}
		names, versions := record.Column(1).(*array.String), record.Column(4).(*array.Timestamp)
		for i := range names.Len() {
			n++
			seen[record.Column(0).(*array.Int64).Value(i)] = true
			var version int
			_, failed := fmt.Sscan(names.Value(i), &version)
			err = errors.Join(err, failed)
			sum += version
			if int64(versions.Value(i)) != at(version).UnixMicro() {
				torn++
			}
		}
	}
	return n, len(seen), sum, torn, err
}

// readArrow reads a file with Apache Arrow's own reader, opening it once.
func readArrow(path string) (arrow.RecordBatch, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := arrowfile.NewParquetReader(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	defer r.Close()
	content, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		return nil, err
	}
	table, err := content.ReadTable(context.Background())
	if err != nil {
		return nil, err
	}
	columns := make([]arrow.Array, table.NumCols())
	for i := range columns {
		if columns[i], err = array.Concatenate(table.Column(i).Data().Chunks(), memory.DefaultAllocator); err != nil {
			return nil, err
		}
	}
	return array.NewRecordBatch(table.Schema(), columns, table.NumRows()), nil
}

// kinds has a column of each type; kindRecords have what is hard about each.
var kinds = &schema.Table{
	Name: "kinds", Doc: "A column of each type.", Key: "id",
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int}, {Name: "float", Type: schema.Float}, {Name: "text", Type: schema.Text},
		{Name: "bool", Type: schema.Bool}, {Name: "time", Type: schema.Time}, {Name: "unix", Type: schema.Unix},
		{Name: "ints", Type: schema.Ints}, {Name: "texts", Type: schema.Texts},
		{Name: "struct", Type: schema.Struct, Fields: []schema.Column{{Name: "z", Type: schema.Int}, {Name: "a", Type: schema.Text}}},
		{Name: "json", Type: schema.JSON},
	},
}

var kindRecords = []string{
	`{"id":-9223372036854775808}`,
	`{"id":1,"float":-0.5,"text":"","bool":true,"time":"2026-03-29T01:30:00Z","unix":1485302400,"ints":[],"texts":[],"struct":{"z":1,"a":"x"},"json":{"a":[1,2.50]}}`,
	`{"id":2,"float":1e300,"text":"ž日本🎈","bool":false,"time":"1969-12-31T23:59:59Z","unix":-1,"ints":[9007199254740993,null,-1],"texts":["",null,"ž"],"struct":{"a":"only"},"json":"x"}`,
	`{"id":3,"text":"a\u0000b","time":"2026-10-25T01:30:00Z","ints":[null],"texts":[null],"struct":{},"json":null,"more":[1.0]}`,
	`{"id":9007199254740993,"struct":null,"json":[]}`,
	`{"id":9223372036854775807,"ints":null}`,
}

func kindLake(t *testing.T) *lake {
	l := newLake(t)
	l.tables = []*schema.Table{kinds}
	l.run(kindRecords)
	return l
}

func (l *lake) kindFile() string { return filepath.Join(l.Path, "kinds", "kinds.parquet") }

func TestArrowsOwnReaderGivesBackWhatWasWritten(t *testing.T) {
	t.Parallel()
	got, err := readArrow(kindLake(t).kindFile())
	if err != nil {
		t.Fatal(err)
	}
	want := batches(kinds, kindRecords...)[0].Record
	for i, field := range want.Schema().Fields() {
		if name := got.ColumnName(i); name != field.Name {
			t.Errorf("column %d is %s, want %s", i, name, field.Name)
		}
		if a, b := got.Column(i).String(), want.Column(i).String(); a != b {
			t.Errorf("%s: %s, want %s", field.Name, a, b)
		}
		if a, b := got.Column(i).DataType(), field.Type; !strings.EqualFold(plainType(a), plainType(b)) {
			t.Errorf("%s: %s, want %s", field.Name, a, b)
		}
	}
}

// plainType leaves out what a list calls its elements and what metadata fields carry.
func plainType(t arrow.DataType) string {
	switch t := t.(type) {
	case *arrow.ListType:
		return "list of " + t.Elem().String()
	case *arrow.StructType:
		var fields []string
		for _, f := range t.Fields() {
			fields = append(fields, f.Name+" "+f.Type.String())
		}
		return strings.Join(fields, ", ")
	}
	return t.String()
}

func TestDuckDBReadsWhatTheDuckDBSinkHolds(t *testing.T) {
	t.Parallel()
	l := kindLake(t)
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	other, err := duckdb.Open(t.Context(), duckdb.Options{Path: path})
	if err == nil {
		err = fill(t.Context(), other)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range kinds.AllColumns() {
		ofFiles := l.query(fmt.Sprintf("SELECT id, typeof(%q), to_json(%[1]q)::VARCHAR FROM %[2]s", c.Name, "FILES"))
		ofTable := l.query(fmt.Sprintf("ATTACH '%s' AS other (READ_ONLY); SELECT id, replace(typeof(%[2]q), 'JSON', 'VARCHAR'), CASE typeof(%[2]q) WHEN 'JSON' THEN to_json(%[2]q::VARCHAR) ELSE to_json(%[2]q) END::VARCHAR FROM other.kinds", path, c.Name))
		if diff := cmp.Diff(ofTable, ofFiles); diff != "" || len(ofFiles) != len(kindRecords) {
			t.Errorf("%s (-table +files):\n%s", c.Name, diff)
		}
	}
}

func fill(ctx context.Context, s sink.Sink) error {
	if err := s.Prepare(ctx, []*schema.Table{kinds}); err != nil {
		return errors.Join(err, s.Close())
	}
	tx, err := s.Begin(ctx, "run", "kinds")
	if err != nil {
		return errors.Join(err, s.Close())
	}
	for _, b := range batches(kinds, kindRecords...) {
		err = errors.Join(err, tx.Write(ctx, b))
	}
	_, failed := tx.Commit(ctx, sink.Commit{At: at(0)})
	return errors.Join(err, failed, s.Close())
}

// pyarrowScript prints a line a row: each value as text, times in microseconds, and at the end the columns' types.
const pyarrowScript = `
import datetime, json, sys
import pyarrow.parquet as pq
table = pq.read_table(sys.argv[1], partitioning=None)
def plain(v):
    if isinstance(v, datetime.datetime):
        return int((v - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) / datetime.timedelta(microseconds=1))
    return v
for row in table.to_pylist():
    print(json.dumps({k: plain(v) for k, v in row.items() if v is not None}, ensure_ascii=False))
print(json.dumps({f.name: str(f.type) for f in table.schema}))
`

// The interpreter is that of DESKLAKE_PYTHON, or python3; without pyarrow in it there is nothing to test.
func TestPyarrowReadsEveryType(t *testing.T) {
	t.Parallel()
	python := os.Getenv("DESKLAKE_PYTHON")
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import pyarrow.parquet").Run(); err != nil {
		t.Skipf("%s has no pyarrow: %v", python, err)
	}
	l := kindLake(t)
	out, err := exec.Command(python, "-c", pyarrowScript, l.kindFile()).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	record := `"_desklake_extracted_at":1795132800000000,"_desklake_run_id":"run"`
	want := []string{
		`{"id":-9223372036854775808,` + record + `}`,
		`{"id":1,"float":-0.5,"text":"","bool":true,"time":1774747800000000,"unix":1485302400000000,"ints":[],"texts":[],"struct":{"z":1,"a":"x"},"json":"{\"a\":[1,2.50]}",` + record + `}`,
		`{"id":2,"float":1e+300,"text":"ž日本🎈","bool":false,"time":-1000000,"unix":-1000000,"ints":[9007199254740993,null,-1],"texts":["",null,"ž"],"struct":{"z":null,"a":"only"},"json":"\"x\"",` + record + `}`,
		`{"id":3,"text":"a\u0000b","time":1792891800000000,"ints":[null],"texts":[null],"struct":{"z":null,"a":null},"_desklake_extra":"{\"more\":[1.0]}",` + record + `}`,
		`{"id":9007199254740993,"json":"[]",` + record + `}`,
		`{"id":9223372036854775807,` + record + `}`,
		`{"id":"int64","float":"double","text":"string","bool":"bool","time":"timestamp[us, tz=UTC]","unix":"timestamp[us, tz=UTC]","ints":"list<element: int64>","texts":"list<element: string>","struct":"struct<z: int64, a: string>","json":"string","_desklake_extracted_at":"timestamp[us, tz=UTC]","_desklake_run_id":"string","_desklake_deleted_at":"timestamp[us, tz=UTC]","_desklake_extra":"string"}`,
	}
	if diff := cmp.Diff(parsed(t, want), parsed(t, lines)); diff != "" {
		t.Errorf("rows and types (-want +got):\n%s", diff)
	}
}

// parsed reads JSON lines with exact numbers.
func parsed(t *testing.T, lines []string) (all []map[string]any) {
	for _, line := range slices.Clone(lines) {
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		var row map[string]any
		if err := d.Decode(&row); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all = append(all, row)
	}
	return all
}
