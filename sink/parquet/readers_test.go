package parquet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
)

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
	`{"id":2,"float":1e300,"text":"ž日本🎈","bool":false,"time":"1969-12-31T23:59:59.5+02:00","unix":-1,"ints":[9007199254740993,null,-1],"texts":["",null,"ž"],"struct":{"a":"only"},"json":"x"}`,
	`{"id":3,"text":"a\u0000b","time":"2026-10-25T01:30:00Z","ints":[null],"texts":[null],"struct":{},"json":null,"more":[1.0]}`,
	`{"id":9007199254740993,"struct":null,"json":[]}`,
	`{"id":9223372036854775807,"ints":null}`,
}

// A row is what a reader makes of it: numbers exact, times in microseconds. They are keyed by id.
type rows map[string]map[string]any

// readers read the file of kinds, each by itself, and say of which types its columns are.
var readers = map[string]func(t *testing.T, l *lake, path string) (rows, map[string]string){
	"DuckDB":       readKindsWithDuckDB,
	"Arrow for Go": readKindsWithArrow,
	"pyarrow":      readKindsWithPyarrow,
}

// kindTypes are the readers' names for the columns' types.
var kindTypes = map[string]map[schema.Type]string{
	"DuckDB": {
		schema.Int: "BIGINT", schema.Float: "DOUBLE", schema.Text: "VARCHAR", schema.Bool: "BOOLEAN", schema.JSON: "VARCHAR",
		schema.Time: "TIMESTAMP WITH TIME ZONE", schema.Unix: "TIMESTAMP WITH TIME ZONE",
		schema.Ints: "BIGINT[]", schema.Texts: "VARCHAR[]", schema.Struct: "STRUCT(z BIGINT, a VARCHAR)",
	},
	"Arrow for Go": {
		schema.Int: "int64", schema.Float: "float64", schema.Text: "utf8", schema.Bool: "bool", schema.JSON: "utf8",
		schema.Time: "timestamp[us, tz=UTC]", schema.Unix: "timestamp[us, tz=UTC]",
		schema.Ints: "list<element: int64, nullable>", schema.Texts: "list<element: utf8, nullable>", schema.Struct: "struct<z: int64, a: utf8>",
	},
	"pyarrow": {
		schema.Int: "int64", schema.Float: "double", schema.Text: "string", schema.Bool: "bool", schema.JSON: "string",
		schema.Time: "timestamp[us, tz=UTC]", schema.Unix: "timestamp[us, tz=UTC]",
		schema.Ints: "list<element: int64>", schema.Texts: "list<element: string>", schema.Struct: "struct<z: int64, a: string>",
	},
}

func TestForeignReadersSeeWhatTheDuckDBSinkHolds(t *testing.T) {
	t.Parallel()
	l := newLake(t)
	l.tables = []*schema.Table{kinds}
	l.run(kindRecords)
	want := duckDBSinkRows(t, l)
	if len(want) != len(kindRecords) {
		t.Fatalf("%d rows", len(want))
	}
	for name, read := range readers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, types := read(t, l, filepath.Join(l.Path, "kinds", "kinds.parquet"))
			for _, c := range kinds.AllColumns() {
				if types[c.Name] != kindTypes[name][c.Type] {
					t.Errorf("%s is %s, want %s", c.Name, types[c.Name], kindTypes[name][c.Type])
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("rows (-sink +%s):\n%s", name, diff)
			}
		})
	}
}

// duckDBSinkRows are the records in a file of the other sink.
func duckDBSinkRows(t *testing.T, l *lake) rows {
	path := filepath.Join(t.TempDir(), "lake.duckdb")
	other, err := duckdb.Open(t.Context(), duckdb.Options{Path: path})
	if err == nil {
		err = fill(t.Context(), other)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l.kindRows(fmt.Sprintf("ATTACH '%s' AS other (READ_ONLY);", path), "other.kinds")
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
	return errors.Join(err, failed, s.Settle(ctx), s.Close())
}

func readKindsWithDuckDB(_ *testing.T, l *lake, _ string) (rows, map[string]string) {
	types := map[string]string{}
	for _, row := range l.query("SELECT column_name, column_type FROM (DESCRIBE FROM FILES)") {
		name, dataType, _ := strings.Cut(row, " ")
		types[name] = strings.ReplaceAll(dataType, `"`, "")
	}
	return l.kindRows("", "FILES"), types
}

// kindRows asks DuckDB for rows.
func (l *lake) kindRows(before, from string) rows {
	l.Helper()
	var fields []string
	for _, c := range kinds.AllColumns() {
		value := strconv.Quote(c.Name)
		switch c.Type {
		case schema.Time, schema.Unix:
			value = "epoch_us(" + value + ")"
		case schema.JSON:
			value += "::VARCHAR"
		}
		fields = append(fields, fmt.Sprintf("'%s', %s", c.Name, value))
	}
	return parseRows(l, l.query(before+"SELECT json_object("+strings.Join(fields, ", ")+")::VARCHAR FROM "+from))
}

func readKindsWithPyarrow(t *testing.T, _ *lake, path string) (rows, map[string]string) {
	lines := runPython(t, "read.py", path)
	var types map[string]string
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &types); err != nil {
		t.Fatal(err)
	}
	return parseRows(t, lines[:len(lines)-1]), types
}

// runPython runs a script with the Python of DESKLAKE_PYTHON, where it has pyarrow, or any that has.
func runPython(t *testing.T, script string, args ...string) (lines []string) {
	python, required := os.LookupEnv("DESKLAKE_PYTHON")
	if !required {
		python, required = "python3", os.Getenv("CI") != ""
	}
	if out, err := exec.Command(python, "-c", "import pyarrow.parquet").CombinedOutput(); err != nil && !required {
		t.Skipf("%s has no pyarrow; set DESKLAKE_PYTHON to one that has (pip install pyarrow)", python)
	} else if err != nil {
		t.Fatalf("%s: %v\n%s", python, err, out)
	}
	out, err := exec.Command(python, append([]string{filepath.Join("testdata", script)}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// Python takes a whole table into memory, where partitions become a column that it has to be able to put together.
func TestPythonReadsEveryTableWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		records []string
		want    string
	}{
		"empty":           {nil, "0"},
		"with months":     {[]string{pet(1, 1, 1, "a"), pet(2, 2, 1, "b")}, "2 2026-01 2026-02"},
		"without a month": {[]string{pet(1, 0, 1, "a")}, "1 unknown"},
		"with both":       {[]string{pet(1, 1, 1, "a"), pet(2, 0, 1, "b"), pet(3, 2, 1, "c")}, "3 2026-01 2026-02 unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLake(t)
			l.noteRun, l.chapterRuns = true, 1
			l.run(c.records)
			l.run()
			var folders []string
			for _, table := range []string{"pets", "words", "_desklake/runs", "_desklake/loads", "_desklake/issues", "_desklake/checkpoints"} {
				folders = append(folders, filepath.Join(l.Path, table))
			}
			want := []string{c.want, "0", "1", "1", "1", "1"}
			if diff := cmp.Diff(want, runPython(t, "whole.py", folders...)); diff != "" {
				t.Errorf("rows and months (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("of format 1", func(t *testing.T) {
		t.Parallel()
		l := olderLake(t)
		l.run()
		if diff := cmp.Diff([]string{"4 2026-01 2026-02 unknown unknown"}, runPython(t, "whole.py", filepath.Join(l.Path, "pets"))); diff != "" {
			t.Errorf("rows and months (-want +got):\n%s", diff)
		}
	})
}

// parseRows reads JSON lines. Whole numbers stay exact.
func parseRows(t testing.TB, lines []string) rows {
	t.Helper()
	all := rows{}
	for _, line := range lines {
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		var row map[string]any
		if err := d.Decode(&row); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if f, ok := row["float"].(json.Number); ok {
			row["float"], _ = f.Float64()
		}
		all[fmt.Sprint(row["id"])] = row
	}
	return all
}
