package duckdb

import (
	"context"
	"time"
)

// known is a row of desklake.tables.
type known struct {
	table             string
	columns           []string // nil where an earlier version made the table
	inserted, changed int64
	changedBy         string
	stream, run       string
	committedAt       time.Time
	outcome, err      string
}

const knownColumns = `table_name, array_to_string(columns, ','), inserted, changed, changed_by, stream, run_id, committed_at, outcome, error`

func readKnown(v []any) known {
	return known{text(v[0]), words(v[1]), number(v[2]), number(v[3]), text(v[4]), text(v[5]), text(v[6]), instant(v[7]), text(v[8]), text(v[9])}
}

func (c *conn) insertKnown(ctx context.Context, k known) error {
	return c.insert(ctx, "tables", "table_name, columns, inserted, changed, changed_by, stream, run_id, committed_at, outcome, error",
		k.table, k.columns, k.inserted, k.changed, orNull(k.changedBy), orNull(k.stream), orNull(k.run), k.committedAt, orNull(k.outcome), orNull(k.err))
}

// knownTables reads desklake.tables of a database that has these tables. Of a file of an earlier version it is what its
// loads say.
func (s *Sink) knownTables(ctx context.Context, database string, present map[string]tableColumns) (map[string]known, error) {
	tables := map[string]known{}
	if present["loads"] == nil && present["tables"] == nil {
		return tables, nil
	}
	sql := "SELECT " + knownColumns + " FROM " + database + ".desklake.tables"
	if present["tables"] == nil {
		outcome := "NULL::VARCHAR, NULL::VARCHAR"
		if _, there := present["loads"]["outcome"]; there {
			outcome = "arg_max_null(outcome, committed_at), arg_max_null(error, committed_at)"
		}
		sql = `SELECT table_name, NULL::VARCHAR, sum(inserted)::BIGINT, sum(updated + deleted)::BIGINT,
			max(run_id) FILTER (inserted + updated + deleted > 0), arg_max(stream, committed_at), arg_max(run_id, committed_at), max(committed_at), ` + outcome + `
			FROM ` + database + `.desklake.loads GROUP BY table_name`
	}
	err := s.own.query(ctx, sql, nil, func(v []any) error {
		k := readKnown(v)
		tables[k.table] = k
		return nil
	})
	return tables, err
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

func (s *Sink) hasRows(ctx context.Context, table string) (bool, error) {
	n, err := s.own.queryInt(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+catalog+".main."+quote(table)+" LIMIT 1)")
	return n > 0, err
}
