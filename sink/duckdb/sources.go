package duckdb

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"desklake/sink"
	"desklake/sink/book"
)

// Sources says of which sources a file has tables. It opens the file for reading only; beside a run that is under way it fails with
// *sink.Locked.
func Sources(ctx context.Context, o Options) ([]sink.SourceReport, error) {
	s, err := open(ctx, o)
	if s == nil || err != nil {
		return nil, err
	}
	defer s.detach()
	reports, err := s.sources(ctx)
	return reports, explain(s.path, err)
}

func (s *Sink) sources(ctx context.Context) (reports []sink.SourceReport, err error) {
	there, err := s.layoutOf(ctx, catalog)
	if err != nil {
		return nil, err
	}
	tables, err := s.readKnown(ctx, catalog, there)
	if err != nil || len(tables) == 0 {
		return nil, err
	}
	accounts := map[string]string{}
	err = selectRows(ctx, s.own, book.Checkpoints, "SELECT * FROM "+ours+"checkpoints", nil, func(c *book.Checkpoint) error {
		accounts[c.Source] = cmp.Or(c.Account, accounts[c.Source])
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, schemaName := range schemas(tables) {
		var r sink.SourceReport
		for _, k := range tables {
			if (Options{Source: k.source}).schema() == schemaName && there[schemaName][k.table] != nil && !k.committedAt.IsZero() {
				r.Name = k.source
				r.Add(k.table, k.committedAt)
			}
		}
		if len(r.Tables) > 0 {
			r.Account, r.Removal = accounts[r.Name], removal(r)
			reports = append(reports, r)
		}
	}
	slices.SortFunc(reports, func(a, b sink.SourceReport) int { return strings.Compare(a.Name, b.Name) })
	return reports, nil
}

// removal is how somebody removes the tables of a source. What others have in main stays.
func removal(r sink.SourceReport) string {
	if r.Name != "" {
		return fmt.Sprintf("DROP SCHEMA %s CASCADE", quote(r.Name))
	}
	var drops []string
	for _, table := range r.Tables {
		drops = append(drops, "DROP TABLE main."+quote(table))
	}
	return strings.Join(drops, "; ")
}
