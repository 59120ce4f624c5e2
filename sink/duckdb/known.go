package duckdb

import (
	"context"
	"time"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
)

// known is a row of desklake.tables.
type known struct {
	source, table     string
	columns           []string // nil where an earlier version made the table
	inserted, changed int64
	live              int64 // those that were inserted, where an earlier version did not count them
	changedBy         string
	stream, run       string
	committedAt       time.Time
	outcome, err      string
	status            string // of the run, once that is forgotten
	uncounted         bool   // an earlier version wrote last, which does not count live rows
}

// last is what was done last to the table.
func (k known) last() book.Load {
	return book.Load{Source: k.source, RunID: k.run, LoadReport: sink.LoadReport{Stream: k.stream, Table: k.table, CommittedAt: k.committedAt,
		Outcome: sink.Outcome(k.outcome), Error: k.err}}
}

// knownTables is a table that only this sink has: what it knows of each of the source's tables.
var knownTables = &book.Table[known]{Name: "tables", Doc: "What desklake has done to each table in all.", Key: []string{"source", "table_name"}, Columns: []book.Column[known]{
	{Name: "table_name", Type: schema.Text, Of: func(k *known) any { return &k.table }, Doc: "The table."},
	{Name: "columns", Type: schema.Texts, Of: func(k *known) any { return &k.columns }, Doc: "The columns that desklake gave it. One that is missing was dropped by somebody; the table is read again then."},
	{Name: "inserted", Type: schema.Int, Of: func(k *known) any { return &k.inserted }, Doc: "Rows that were new. Where there were some and the table is empty, somebody emptied it; it is read again then."},
	{Name: "changed", Type: schema.Int, Of: func(k *known) any { return &k.changed }, Doc: "Rows that were replaced, or marked as deleted."},
	{Name: "live", Type: schema.Int, Added: true, Of: func(k *known) any { return &k.live }, Doc: "Rows that are not deleted."},
	{Name: "changed_by", Type: schema.Text, Null: true, Of: func(k *known) any { return &k.changedBy }, Doc: "The run that changed it last."},
	{Name: "stream", Type: schema.Text, Null: true, Of: func(k *known) any { return &k.stream }, Doc: "The stream that was committed last."},
	{Name: "run_id", Type: schema.Text, Null: true, Of: func(k *known) any { return &k.run }, Doc: "The run that did it."},
	{Name: "committed_at", Type: schema.Time, Of: func(k *known) any { return &k.committedAt }, Doc: "When that was; null if never."},
	{Name: "outcome", Type: schema.Text, Null: true, Of: func(k *known) any { return &k.outcome }, Doc: "As in desklake.loads."},
	{Name: "error", Type: schema.Text, Null: true, Of: func(k *known) any { return &k.err }, Doc: "As in desklake.loads."},
	{Name: "status", Type: schema.Text, Null: true, Added: true, Of: func(k *known) any { return &k.status }, Doc: "How the run ended, where desklake.runs has it no more; else null."},
	{Name: "source", Type: schema.Text, Null: true, Added: true, Of: func(k *known) any { return &k.source }, Doc: "The source, as in desklake.runs."},
}}

// readKnown reads desklake.tables of a database with this layout, of all sources. Of a file of an earlier version it is
// what its loads say.
func (s *Sink) readKnown(ctx context.Context, database string, there layout) (all []known, err error) {
	present := there[ownSchema]
	if present["loads"] == nil && present["tables"] == nil {
		return nil, nil
	}
	columns := "*, -1::BIGINT AS live"
	if _, there := present["tables"]["live"]; there {
		columns = "* REPLACE (coalesce(live, -1) AS live)"
	}
	sql := "SELECT " + columns + " FROM " + database + ".desklake.tables"
	if present["tables"] == nil {
		ended := "NULL::VARCHAR AS outcome, NULL::VARCHAR AS error"
		if _, there := present["loads"]["outcome"]; there {
			ended = "arg_max_null(outcome, committed_at) AS outcome, arg_max_null(error, committed_at) AS error"
		}
		sql = `SELECT table_name, NULL::VARCHAR[] AS columns, sum(inserted)::BIGINT AS inserted, -1::BIGINT AS live, sum(updated + deleted)::BIGINT AS changed,
			max(run_id) FILTER (inserted + updated + deleted > 0) AS changed_by, arg_max(stream, committed_at) AS stream,
			arg_max(run_id, committed_at) AS run_id, max(committed_at) AS committed_at, ` + ended + `
			FROM ` + database + `.desklake.loads GROUP BY table_name`
	}
	err = selectRows(ctx, s.own, knownTables, sql, nil, func(k *known) error {
		if k.uncounted = k.live < 0; k.uncounted {
			k.live = k.inserted // there can't be more
		}
		all = append(all, *k)
		return nil
	})
	return all, err
}

// isLost tells whether a table that holds rows in front of a checkpoint does not hold them any more. Each table and column of
// desklake's has a comment: one without was made by somebody in the place of what is gone, such as an older copy.
func (s *Sink) isLost(ctx context.Context, k known, present tableColumns) (bool, error) {
	if present == nil || k.columns != nil && present[""].comment == "" {
		return true, nil
	}
	for _, c := range k.columns {
		if present[c].comment == "" {
			return true, nil
		}
	}
	if k.inserted == 0 {
		return false, nil
	}
	some, err := s.hasRows(ctx, k.table)
	return !some, err
}

func (s *Sink) countLive(ctx context.Context, table string) (int64, error) {
	return s.own.queryInt(ctx, "SELECT count(*) FROM "+s.options.target(table)+" WHERE "+schema.DeletedAt+" IS NULL")
}

func (s *Sink) hasRows(ctx context.Context, table string) (bool, error) {
	n, err := s.own.queryInt(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+s.options.target(table)+" LIMIT 1)")
	return n > 0, err
}
