package duckdb

import (
	"context"
	"maps"
	"slices"

	"desklake/schema"
	"desklake/sink"
)

// Changes returns what Open and Prepare would create in a file, and changes nothing. It fails where they would:
// with *sink.Locked beside a run that is under way, with *PathError for a file that can't be used.
func Changes(ctx context.Context, o Options, tables []*schema.Table) (changes []sink.Change, err error) {
	s, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	var present map[string]tableColumns
	if s == nil {
		changes = []sink.Change{{}}
	} else {
		defer s.detach()
		var there layout
		if there, err = s.layoutOf(ctx, catalog); err == nil {
			present = there[o.schema()]
			err = s.checkTables(tables, present)
		}
	}
	for _, t := range tables {
		changes = append(changes, sink.ChangesOf(t, slices.Collect(maps.Keys(present[t.Name])))...)
	}
	return changes, explain(o.Path, err)
}
