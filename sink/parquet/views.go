package parquet

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
)

// Views returns the tables of a lake, sorted by name, and behind them desklake's own. Errors are those of Read.
func Views(_ context.Context, o Options) ([]sink.View, error) {
	s, err := lookAt(o)
	if err != nil {
		return nil, err
	}
	if filepath.Separator != '\\' && strings.Contains(s.path, `\`) {
		return nil, sink.Refused(s.path, "has a backslash in its path, which DuckDB takes for the end of a folder's name", "Give the folder another name: no view can find its files.")
	}
	root := literalPath.Replace(s.path)
	var views []sink.View
	for _, name := range slices.Sorted(maps.Keys(s.manifest.Tables)) {
		t := s.manifest.Tables[name]
		there, err := s.columnsInFiles(t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		v := sink.View{Schema: o.Source, Name: name, Doc: t.Doc, Files: []string{filepath.Join(root, name, "**", "*.parquet")}}
		for _, c := range t.Columns {
			if slices.Contains(there, c.Name) {
				v.Columns = append(v.Columns, sink.ViewColumn{Name: c.Name, Doc: c.Doc, JSON: schema.Type(c.Type) == schema.JSON})
			}
		}
		if len(v.Columns) > 0 { // the first run may not have come to the table's first file
			views = append(views, v)
		}
	}
	for _, t := range book.Tables {
		v := sink.View{Schema: own[1:], Name: t.Name, Doc: t.Doc, Files: []string{filepath.Join(root, own, t.Name, "*.parquet")}}
		for _, c := range t.Columns {
			v.Columns = append(v.Columns, sink.ViewColumn{Name: c.Name, Doc: c.Doc})
		}
		views = append(views, v)
	}
	return views, nil
}

// literalPath makes a pattern of a path that only that path matches.
var literalPath = strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]")

// columnsInFiles are the columns that a table's files have: those of the manifest are not there before its next merge.
func (s *Sink) columnsInFiles(t *tableState) (names []string, err error) {
	latest := &partition{}
	for _, p := range t.Partitions {
		if p.Name != "" && p.Schema >= latest.Schema {
			latest = p
		}
	}
	if latest.Name == "" {
		return nil, nil
	}
	path := filepath.Join(s.path, latest.Name)
	f, err := os.Open(path)
	if err != nil {
		return nil, explain(path, err)
	}
	defer f.Close()
	content, err := footer(f)
	if err != nil {
		return nil, damaged(path, err)
	}
	for _, c := range content.Schema().Fields() {
		names = append(names, c.Name())
	}
	return names, nil
}
