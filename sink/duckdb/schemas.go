package duckdb

import (
	"cmp"
	"context"
	"slices"
)

// mainSchema is the schema with the tables of an only source. Those of one of several are in the schema of its name.
const mainSchema = "main"

// schema is the schema with the source's tables.
func (o Options) schema() string { return cmp.Or(o.Source, mainSchema) }

// target is how statements name a table of the source.
func (o Options) target(table string) string { return within(catalog, o.schema(), table) }

func within(database, schemaName, table string) string {
	return database + "." + quote(schemaName) + "." + quote(table)
}

// schemas are those in which a database has tables of sources: of all that ever were in it.
func schemas(tables []known) []string {
	all := []string{mainSchema}
	for _, k := range tables {
		if schemaName := (Options{Source: k.source}).schema(); !slices.Contains(all, schemaName) {
			all = append(all, schemaName)
		}
	}
	slices.Sort(all)
	return all
}

// ofEarlierVersion reads what a file of an earlier version, which knew one source without a name, says of that; and returns what
// stores it for good where another one completes the file.
func (s *Sink) ofEarlierVersion(ctx context.Context, b books, there layout) (store func() error, err error) {
	if !b.older() || s.options.Source == "" {
		return func() error { return nil }, nil
	}
	only := &Sink{path: s.path, own: s.own}
	itsBooks, err := only.readBooks(ctx, there)
	return func() error { return only.remember(ctx, itsBooks, nil) }, err
}
