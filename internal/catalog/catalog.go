// Package catalog shows tables to people and to machines: as text for a terminal, as JSON, and as the Markdown of
// docs/tables.md with its diagram.
//
// It owns no facts about a table: everything comes from the tables it is given, so that what it shows can't differ from
// what is written. Start with New.
package catalog

import (
	"encoding/json"
	"io"

	"desklake/schema"
)

// Catalog is tables, ready to be shown. Its JSON has this shape; keys are only ever added to it.
type Catalog struct {
	Tables []Table `json:"tables"`
}

// Table is one table. What does not apply to it is empty, and left out of the JSON.
type Table struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Route       string   `json:"route,omitempty"`     // where its rows come from
	Key         string   `json:"key"`                 // the column that identifies a row
	Version     string   `json:"version,omitempty"`   // the column that orders the versions of a row
	Partition   string   `json:"partition,omitempty"` // the column by whose month its Parquet files are partitioned
	Deleted     string   `json:"deleted,omitempty"`   // the SQL condition of rows that the source itself marks as gone
	Columns     []Column `json:"columns"`             // those of the source, then those that desklake adds
}

// Column is one column, or one field of a struct.
type Column struct {
	Name        string   `json:"name"`
	DuckDB      string   `json:"duckdb"`              // the column's type in DuckDB
	Parquet     string   `json:"parquet"`             // the column's type in Parquet
	Description string   `json:"description"`         // one or two sentences
	RefersTo    string   `json:"refers_to,omitempty"` // the key, as table.column, whose values it holds
	Added       bool     `json:"added,omitempty"`     // true where desklake adds it, and the source does not have it
	Fields      []Column `json:"fields,omitempty"`    // of a struct

	ends schema.Ends // of RefersTo
}

// New makes a catalog of the tables, in their order. Routes says by table where its rows come from, such as
// "GET /api/v2/tags"; a table without one is shown without.
func New(tables []*schema.Table, routes map[string]string) Catalog {
	c := Catalog{Tables: make([]Table, len(tables))}
	for i, t := range tables {
		c.Tables[i] = Table{
			Name:        t.Name,
			Description: t.Doc,
			Route:       routes[t.Name],
			Key:         t.Key,
			Version:     t.Version,
			Partition:   t.Month,
			Deleted:     condition(t.Deleted),
			Columns:     columnsOf(t.AllColumns()),
		}
		for n := range c.Tables[i].Columns {
			c.Tables[i].Columns[n].Added = n >= len(t.Columns)
		}
	}
	return c
}

func columnsOf(columns []schema.Column) []Column {
	out := make([]Column, len(columns))
	for i, c := range columns {
		out[i] = Column{Name: c.Name, DuckDB: duckDB(c), Parquet: parquet(c), Description: c.Doc, RefersTo: c.RefersTo, ends: c.Ends}
		if len(c.Fields) > 0 {
			out[i].Fields = columnsOf(c.Fields)
		}
	}
	return out
}

// condition is the marker as a condition in SQL.
func condition(m schema.Marker) string {
	switch m.Value {
	case "":
		if m.Column == "" {
			return ""
		}
		return m.Column + " IS NOT NULL"
	case "true":
		return m.Column
	case "false":
		return "NOT " + m.Column
	}
	return m.Column + " = '" + m.Value + "'"
}

// JSON writes the catalog as one JSON object.
func (c Catalog) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(c)
}
