package parquet

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"desklake/schema"
	"desklake/sink"
)

// View is a table as programs see it that read files with SQL.
type View struct {
	Schema string // empty for the source's tables, desklake for its own
	Name   string
	Doc    string
	Files  string // an absolute path with wildcards, in which folders are like **

	Columns []ViewColumn
}

// ViewColumn is a column of a View.
type ViewColumn struct {
	Name string
	Doc  string
	JSON bool // a text that holds JSON
}

// Views returns the tables of a lake, sorted by name, and behind them desklake's own. Errors are those of Inspect.
func Views(_ context.Context, path string) ([]View, error) {
	s, err := lookAt(path)
	if err != nil {
		return nil, err
	}
	var views []View
	for _, name := range slices.Sorted(maps.Keys(s.manifest.Tables)) {
		t := s.manifest.Tables[name]
		v := View{Name: name, Doc: t.Doc, Files: filepath.Join(s.path, name, "**", "*.parquet")}
		for _, c := range t.Columns {
			v.Columns = append(v.Columns, ViewColumn{c.Name, c.Doc, schema.Type(c.Type) == schema.JSON})
		}
		views = append(views, v)
	}
	for _, t := range sink.Bookkeeping {
		v := View{Schema: own[1:], Name: t.Name, Doc: t.Doc, Files: filepath.Join(s.path, own, t.Name, "*.parquet")}
		for _, c := range t.Columns {
			v.Columns = append(v.Columns, ViewColumn{Name: c.Name, Doc: c.Doc})
		}
		views = append(views, v)
	}
	return views, nil
}
