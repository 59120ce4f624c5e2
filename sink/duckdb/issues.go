package duckdb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"desklake/schema"
	"desklake/sink"
)

// saveIssues adds what was met to desklake.issues, a few statements a table however much that was.
func saveIssues(ctx context.Context, c *conn, run string, at time.Time, issues []schema.Issue) error {
	met := map[string][]schema.Issue{}
	for _, i := range issues {
		met[i.Table] = append(met[i.Table], i)
	}
	for _, table := range slices.Sorted(maps.Keys(met)) {
		if err := saveTableIssues(ctx, c, table, run, at, met[table]); err != nil {
			return fmt.Errorf("%s: issues: %w", table, err)
		}
	}
	return nil
}

func saveTableIssues(ctx context.Context, c *conn, table, run string, at time.Time, met []schema.Issue) error {
	var stored []sink.IssueRow
	ids := map[sink.IssueRow]int64{}
	err := c.query(ctx, "SELECT rowid, key, column_name, reason, value, count, first_seen, last_seen, run_id FROM "+ours+
		"issues WHERE table_name = $1 ORDER BY first_seen, rowid", []any{table}, func(v []any) error {
		r := sink.IssueRow{Issue: schema.Issue{Table: table, Key: text(v[1]), Column: text(v[2]), Reason: text(v[3]), Value: text(v[4]), Count: number(v[5])},
			FirstSeen: instant(v[6]), LastSeen: instant(v[7]), RunID: text(v[8])}
		stored, ids[r] = append(stored, r), number(v[0])
		return nil
	})
	if err != nil {
		return err
	}
	var rows issueColumns
	for _, r := range sink.MergeIssues(stored, run, at, met) {
		if _, same := ids[r]; same {
			delete(ids, r) // stays as it is
		} else {
			rows.add(r)
		}
	}
	if len(ids) > 0 {
		if _, err := c.exec(ctx, "DELETE FROM "+ours+"issues WHERE rowid IN (SELECT unnest("+intList("$1")+"))", slices.Collect(maps.Values(ids))); err != nil {
			return err
		}
	}
	_, err = c.exec(ctx, fmt.Sprintf("INSERT INTO "+ours+`issues (table_name, key, column_name, reason, value, count, first_seen, last_seen, run_id)
		SELECT $1, unnest($2::VARCHAR[]), unnest($3::VARCHAR[]), unnest($4::VARCHAR[]), unnest($5::VARCHAR[]), unnest(%s),
			make_timestamptz(unnest(%s)), make_timestamptz(unnest(%s)), unnest($9::VARCHAR[])`, intList("$6"), intList("$7"), intList("$8")),
		table, rows.key, rows.column, rows.reason, rows.value, rows.count, rows.first, rows.last, rows.run)
	return err
}

// issueColumns are rows of desklake.issues as parameters, times in microseconds.
type issueColumns struct {
	key, column, reason, value, run []string
	count, first, last              []int64
}

func (c *issueColumns) add(r sink.IssueRow) {
	c.key, c.column, c.reason = append(c.key, r.Key), append(c.column, r.Column), append(c.reason, r.Reason)
	c.value, c.run = append(c.value, r.Value), append(c.run, r.RunID)
	c.count, c.first, c.last = append(c.count, r.Count), append(c.first, r.FirstSeen.UnixMicro()), append(c.last, r.LastSeen.UnixMicro())
}
