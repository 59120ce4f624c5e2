package catalog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/extract/zendesk"
	"desklake/internal/catalog"
	"desklake/internal/golden"
	"desklake/schema"
)

func TestTheDocumentShowsTheTables(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	if err := catalog.New(zendesk.Tables(), zendesk.Catalog().Routes).Markdown(&got); err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "../../docs/tables.md", got.String())
}

func TestEveryTableHasARoute(t *testing.T) {
	t.Parallel()
	for _, table := range catalog.New(zendesk.Tables(), zendesk.Catalog().Routes).Tables {
		if !strings.HasPrefix(table.Route, "GET /api/v2/") {
			t.Errorf("%s: the route is %q", table.Name, table.Route)
		}
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

func TestReferencesAreShownWhereBothTablesAre(t *testing.T) {
	t.Parallel()
	parts := &schema.Table{Name: "parts", Doc: "One row a part.", Key: "id", Columns: []schema.Column{
		{Name: "id", Type: schema.Int, Doc: "Its number."},
		{Name: "thing_id", Type: schema.Int, RefersTo: "things.id", Doc: "What it is of."},
		{Name: "like_ids", Type: schema.Ints, RefersTo: "parts.id", Ends: schema.ManyToMany, Doc: "Parts like it."},
		{Name: "spare_of_id", Type: schema.Int, RefersTo: "things.id", Doc: "What it is kept for."},
		{Name: "label_id", Type: schema.Int, RefersTo: "labels.id", Ends: schema.OneToOne, Doc: "What is glued to it."},
	}}
	for want, tables := range map[string][]*schema.Table{
		"    parts }o--o{ parts : \"like_ids\"\n":                                                      {parts},
		"    parts }o--o| things : \"thing_id, spare_of_id\"\n    parts }o--o{ parts : \"like_ids\"\n": {sample, parts},
		"    parts }o--o{ parts : \"like_ids\"\n    parts |o--|| labels : \"label_id\"\n":              {parts, {Name: "labels", Key: "id", Columns: parts.Columns[:1]}},
	} {
		c := catalog.New(tables, nil)
		var got, machine bytes.Buffer
		if err := errors.Join(c.Markdown(&got), c.JSON(&machine)); err != nil {
			t.Fatal(err)
		}
		_, diagram, _ := strings.Cut(got.String(), "erDiagram\n")
		if diagram, _, _ = strings.Cut(diagram, "```"); diagram[strings.LastIndex(diagram, "}\n")+2:] != want {
			t.Errorf("want the lines\n%s, got\n%s", want, diagram)
		}
		if n := strings.Count(machine.String(), `"refers_to": "things.id"`); n != 2 {
			t.Errorf("the JSON refers to things %d times", n)
		}
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
