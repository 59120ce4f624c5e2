package catalog_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/extract/zendesk"
	"desklake/internal/catalog"
	"desklake/schema"
)

const document = "../../docs/tables.md"

func TestTheDocumentShowsTheTables(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	if err := catalog.New(zendesk.Tables(), zendesk.Routes()).Markdown(&got); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(document, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("docs/tables.md is not what the tables say; UPDATE_GOLDEN=1 go test ./internal/catalog rewrites it (-want +got):\n%s", diff)
	}
}

func TestEveryTableHasARoute(t *testing.T) {
	t.Parallel()
	for _, table := range catalog.New(zendesk.Tables(), zendesk.Routes()).Tables {
		if !strings.HasPrefix(table.Route, "GET /api/v2/") {
			t.Errorf("%s: the route is %q", table.Name, table.Route)
		}
	}
}

func TestRelationsAreWhatTheDescriptionsSay(t *testing.T) {
	t.Parallel()
	tables := catalog.New(zendesk.Tables(), nil).Tables
	var keys []string
	for _, table := range tables {
		keys = append(keys, table.Name+"."+table.Key)
	}
	mentioned := regexp.MustCompile(`\b(` + strings.ReplaceAll(strings.Join(keys, "|"), ".", `\.`) + `)\b`)
	relations := 0
	for _, table := range tables {
		for _, column := range table.Columns {
			description := column.Description
			for _, field := range column.Fields {
				description += " " + field.Description
			}
			var want string
			if match := mentioned.FindString(description); match != table.Name+"."+column.Name {
				want = match
			}
			if column.RefersTo != want {
				t.Errorf("%s.%s: the description refers to %q, the list of relations to %q", table.Name, column.Name, want, column.RefersTo)
			}
			if column.RefersTo != "" {
				relations++
			}
		}
	}
	if relations != catalog.Relations {
		t.Errorf("%d columns have a relation, the list has %d: one names no column, or a column stands there twice", relations, catalog.Relations)
	}
}

// sample is a table with a bit of everything.
var sample = &schema.Table{
	Name: "things", Doc: "One row a thing.", Key: "id", Version: "updated_at", Month: "created_at",
	Deleted: schema.Marker{Column: "status", Value: "gone"},
	Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "The thing's number."},
		{Name: "status", Type: schema.Text, Doc: "here | gone. And a sentence that is long enough to be wrapped at a width of eighty."},
		{Name: "created_at", Type: schema.Time, Doc: "When it came, UTC."},
		{Name: "updated_at", Type: schema.Unix, Doc: "When it changed, UTC."},
		{Name: "size", Type: schema.Struct, Doc: "How large it is.", Fields: []schema.Column{
			{Name: "width", Type: schema.Float, Doc: "In metres."},
			{Name: "marks", Type: schema.Texts, Doc: "On it."},
		}},
	},
}

func TestTextIsAlignedAndWrapped(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	if err := catalog.New([]*schema.Table{sample}, map[string]string{"things": "GET /things"}).Text(&got, 80, strings.ToUpper); err != nil {
		t.Fatal(err)
	}
	want := `THINGS
  One row a thing.
  key: id
  versions ordered by: updated_at
  deleted at the source where: status = 'gone'
  Parquet files by month of: created_at
  read from: GET /things

  id          BIGINT       The thing's number.
  status      VARCHAR      here | gone. And a sentence that is long enough to be
                           wrapped at a width of eighty.
  created_at  TIMESTAMPTZ  When it came, UTC.
  updated_at  TIMESTAMPTZ  When it changed, UTC.
  size        STRUCT       How large it is.
  size.width  DOUBLE       In metres.
  size.marks  VARCHAR[]    On it.

IN EVERY TABLE
`
	if head, _, _ := strings.Cut(got.String(), "  _desklake_"); head != want {
		t.Error(cmp.Diff(want, head))
	}
	for _, column := range schema.SystemColumns {
		if n := strings.Count(got.String(), "\n  "+column.Name+" "); n != 1 {
			t.Errorf("%s stands there %d times", column.Name, n)
		}
	}
	for line := range strings.Lines(got.String()) {
		if len(line) > 81 {
			t.Errorf("wider than 80: %s", line)
		}
	}
}

func TestTextOfWidthZeroHasALineAColumn(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	if err := catalog.New([]*schema.Table{sample}, nil).Text(&got, 0, strings.ToUpper); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got.String(), sample.Columns[1].Doc+"\n") {
		t.Errorf("a description was broken:\n%s", &got)
	}
}

func TestJSONHasItsDocumentedShape(t *testing.T) {
	t.Parallel()
	c := catalog.New([]*schema.Table{sample}, map[string]string{"things": "GET /things?a=1&b=2"})
	c.Tables[0].Columns = slices.Delete(c.Tables[0].Columns, 1, 4)
	c.Tables[0].Columns = slices.Delete(c.Tables[0].Columns, 2, 5)
	var got bytes.Buffer
	if err := c.JSON(&got); err != nil {
		t.Fatal(err)
	}
	want := `{
  "tables": [
    {
      "name": "things",
      "description": "One row a thing.",
      "route": "GET /things?a=1&b=2",
      "key": "id",
      "version": "updated_at",
      "partition": "created_at",
      "deleted": "status = 'gone'",
      "columns": [
        {
          "name": "id",
          "duckdb": "BIGINT",
          "parquet": "INT64",
          "description": "The thing's number."
        },
        {
          "name": "size",
          "duckdb": "STRUCT(width DOUBLE, marks VARCHAR[])",
          "parquet": "group",
          "description": "How large it is.",
          "fields": [
            {
              "name": "width",
              "duckdb": "DOUBLE",
              "parquet": "DOUBLE",
              "description": "In metres."
            },
            {
              "name": "marks",
              "duckdb": "VARCHAR[]",
              "parquet": "LIST of UTF8",
              "description": "On it."
            }
          ]
        },
        {
          "name": "_desklake_extra",
          "duckdb": "JSON",
          "parquet": "UTF8 holding JSON",
          "description": "` + schema.SystemColumns[3].Doc + `",
          "added": true
        }
      ]
    }
  ]
}
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !json.Valid(got.Bytes()) {
		t.Error("not JSON")
	}
}

func TestEveryTypeHasItsNames(t *testing.T) {
	t.Parallel()
	for typ := schema.Int; typ <= schema.JSON; typ++ {
		table := &schema.Table{Name: "t", Key: "c", Columns: []schema.Column{{Name: "c", Type: typ}}}
		if c := catalog.New([]*schema.Table{table}, nil).Tables[0].Columns[0]; c.DuckDB == "" || c.Parquet == "" {
			t.Errorf("type %d is called %q in DuckDB and %q in Parquet", typ, c.DuckDB, c.Parquet)
		}
	}
}

func TestDeletedIsACondition(t *testing.T) {
	t.Parallel()
	for want, marker := range map[string]schema.Marker{
		"":                       {},
		"deleted":                {Column: "deleted", Value: "true"},
		"NOT active":             {Column: "active", Value: "false"},
		"deleted_at IS NOT NULL": {Column: "deleted_at"},
		"status = 'deleted'":     {Column: "status", Value: "deleted"},
	} {
		got := catalog.New([]*schema.Table{{Name: "t", Deleted: marker}}, nil).Tables[0].Deleted
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
