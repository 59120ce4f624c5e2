package duckdb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
)

// saveIssues adds what was met to desklake.issues, a few statements a table however much that was.
func (s *Sink) saveIssues(ctx context.Context, c *conn, run string, at time.Time, issues []schema.Issue) error {
	met := sink.IssuesByTable(issues)
	for _, table := range slices.Sorted(maps.Keys(met)) {
		if err := s.saveTableIssues(ctx, c, table, run, at, met[table]); err != nil {
			return fmt.Errorf("%s: issues: %w", table, err)
		}
	}
	return nil
}

func (s *Sink) saveTableIssues(ctx context.Context, c *conn, table, run string, at time.Time, met []schema.Issue) error {
	var stored []sink.IssueRow
	old := map[sink.IssueRow]bool{}
	of := ours + "issues WHERE " + s.mine() + " AND table_name = $1"
	err := selectRows(ctx, c, book.Issues, "SELECT * FROM "+of+" ORDER BY first_seen, rowid", []any{table}, func(r *book.Issue) error {
		stored, old[r.IssueRow] = append(stored, r.IssueRow), true
		return nil
	})
	if err != nil {
		return err
	}
	var rows []*book.Issue
	for _, r := range sink.MergeIssues(stored, run, at, met) {
		if old[r] {
			delete(old, r) // stays as it is
		} else {
			rows = append(rows, &book.Issue{Source: s.options.Source, IssueRow: r})
		}
	}
	if len(old) > 0 {
		var keys, columns, reasons []string
		for r := range old {
			keys, columns, reasons = append(keys, r.Key), append(columns, r.Column), append(reasons, r.Reason)
		}
		if _, err := c.exec(ctx, "DELETE FROM "+of+" AND (key, column_name, reason) IN (SELECT unnest($2::VARCHAR[]), unnest($3::VARCHAR[]), unnest($4::VARCHAR[]))",
			table, keys, columns, reasons); err != nil {
			return err
		}
	}
	return insertRows(ctx, c, book.Issues, rows)
}
