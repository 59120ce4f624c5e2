package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"desklake/schema"
	"desklake/sink"
)

// guarded is the number of live rows from which on a table is guarded: a few rows come and go.
const guarded = 20

// guard compares the tables of the copy, which is attached if there is one, with what is left of them. Those that
// shrank too much are recorded as issues.
func (s *Sink) guard(ctx context.Context) error {
	before, err := s.liveRows(ctx, copied)
	if err != nil {
		return s.copy.explain(err)
	}
	now, err := s.liveRows(ctx, catalog)
	if err != nil {
		return explain(s.path, err)
	}
	shrunk := &sink.Shrunk{Path: s.copy.path}
	var issues []schema.Issue
	for _, table := range slices.SortedFunc(maps.Keys(before), sourceTable.compare) {
		was, left := before[table], now[table]
		if was < guarded || float64(was-left) <= s.copy.guard*float64(was) {
			continue
		}
		figures := fmt.Sprintf("%d of %d rows are left", left, was)
		shrunk.Tables = append(shrunk.Tables, table.name()+": "+figures)
		if table.schema == s.options.schema() { // the others are met by the runs of their sources
			issues = append(issues, schema.Issue{Table: table.table, Value: figures, Count: 1,
				Reason: "lost more rows than sink.publish_guard allows: the analysts' copy was kept"})
		}
	}
	if shrunk.Tables == nil {
		return nil
	}
	return errors.Join(shrunk, s.recordIssues(ctx, issues))
}

// recordIssues adds issues that the latest run has met after its end.
func (s *Sink) recordIssues(ctx context.Context, issues []schema.Issue) error {
	var run string
	err := s.own.query(ctx, "SELECT run_id FROM "+ours+"runs ORDER BY rowid DESC LIMIT 1", nil, func(v []any) error {
		run = text(v[0])
		return nil
	})
	if err != nil {
		return err
	}
	there, err := s.layoutOf(ctx, catalog)
	if err != nil {
		return err
	}
	return s.inTransaction(ctx, func() error {
		if err := s.createBookkeeping(ctx, there[ownSchema]); err != nil { // an earlier version may have made the file
			return err
		}
		return s.saveIssues(ctx, s.own, run, time.Now().UTC(), issues)
	})
}

// sourceTable is a table of one of the sources.
type sourceTable struct{ schema, table string }

func (t sourceTable) compare(o sourceTable) int {
	return cmp.Or(strings.Compare(t.schema, o.schema), strings.Compare(t.table, o.table))
}

// name is how people call it.
func (t sourceTable) name() string {
	if t.schema == mainSchema {
		return t.table
	}
	return t.schema + "." + t.table
}

// liveRows counts the live rows of the sources' tables in a database; none where it is not attached.
func (s *Sink) liveRows(ctx context.Context, database string) (map[sourceTable]int64, error) {
	live := map[sourceTable]int64{}
	there, err := s.layoutOf(ctx, database)
	if err != nil {
		return nil, err
	}
	known, err := s.readKnown(ctx, database, there)
	if err != nil {
		return nil, err
	}
	for _, in := range schemas(known) {
		for table, columns := range there[in] {
			if _, ours := columns[schema.DeletedAt]; !ours {
				continue
			}
			if live[sourceTable{in, table}], err = s.own.queryInt(ctx, "SELECT count(*) FROM "+within(database, in, table)+" WHERE "+schema.DeletedAt+" IS NULL"); err != nil {
				return nil, err
			}
		}
	}
	return live, nil
}
