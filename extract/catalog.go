package extract

import (
	"slices"

	"desklake/schema"
)

// Catalog is the tables and streams of one account, or of a type of source as far as they are known without an account. It is
// data, and read-only; tables are known by their names.
type Catalog struct {
	Tables  []*schema.Table   // in the order in which they are shown
	Streams []Stream          // each with all its tables, in the order of the tables
	Routes  map[string]string // by table: where its rows come from, such as "GET /api/v2/tags (stream tags)"
}

// Names are the names of the tables.
func (c Catalog) Names() []string { return TableNames(c.Tables) }

// Select returns the streams that fill at least one of the named tables, in the order of the catalog, each with just those of
// its tables that were named. Commands check names against the catalog first; an unknown one selects nothing.
func (c Catalog) Select(tables []string) (streams []Stream) {
	for _, s := range c.Streams {
		s.Tables = slices.DeleteFunc(slices.Clone(s.Tables), func(t *schema.Table) bool { return !slices.Contains(tables, t.Name) })
		if len(s.Tables) > 0 {
			streams = append(streams, s)
		}
	}
	return streams
}

// TableNames are the names of tables, in their order.
func TableNames(tables []*schema.Table) []string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.Name
	}
	return names
}
