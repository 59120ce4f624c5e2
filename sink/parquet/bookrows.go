package parquet

import (
	"maps"
	"slices"
	"time"

	"desklake/schema"
	"desklake/sink"
)

// runRow, loadRow and issueRow are rows of desklake's own tables, in their files and in the manifest. Their columns are
// those of the DuckDB sink.
type runRow struct {
	ID       string     `parquet:"run_id" json:"run_id"`
	Started  time.Time  `parquet:"started_at,timestamp(microsecond)" json:"started_at"`
	Finished *time.Time `parquet:"finished_at,optional,timestamp(microsecond)" json:"finished_at"`
	Status   string     `parquet:"status" json:"status"`
	Trigger  string     `parquet:"trigger" json:"trigger"`
	Version  string     `parquet:"version" json:"version"`
	Error    *string    `parquet:"error,optional" json:"error"`
	Account  string     `parquet:"account,optional" json:"account,omitempty"`
}

type loadRow struct {
	Run          string    `parquet:"run_id" json:"run_id"`
	Stream       string    `parquet:"stream" json:"stream"`
	Table        string    `parquet:"table_name" json:"table_name"`
	Read         int64     `parquet:"rows_read" json:"rows_read"`
	Inserted     int64     `parquet:"inserted" json:"inserted"`
	Updated      int64     `parquet:"updated" json:"updated"`
	Unchanged    int64     `parquet:"unchanged" json:"unchanged"`
	Deleted      int64     `parquet:"deleted" json:"deleted"`
	Requests     int64     `parquet:"requests" json:"requests"`
	Retries      int64     `parquet:"retries" json:"retries"`
	Waited       float64   `parquet:"seconds_waited" json:"seconds_waited"`
	CursorBefore string    `parquet:"cursor_before" json:"cursor_before"`
	CursorAfter  string    `parquet:"cursor_after" json:"cursor_after"`
	Committed    time.Time `parquet:"committed_at,timestamp(microsecond)" json:"committed_at"`
	Outcome      string    `parquet:"outcome,optional" json:"outcome,omitempty"`
	Error        string    `parquet:"error,optional" json:"error,omitempty"`
}

type issueRow struct {
	Table  string    `parquet:"table_name" json:"table_name"`
	Key    string    `parquet:"key" json:"key"`
	Column string    `parquet:"column_name" json:"column_name"`
	Reason string    `parquet:"reason" json:"reason"`
	Value  string    `parquet:"value" json:"value"`
	Count  int64     `parquet:"count" json:"count"`
	First  time.Time `parquet:"first_seen,timestamp(microsecond)" json:"first_seen"`
	Last   time.Time `parquet:"last_seen,timestamp(microsecond)" json:"last_seen"`
	Run    string    `parquet:"run_id" json:"run_id"`
}

func newIssueRow(r sink.IssueRow) issueRow {
	return issueRow{Table: r.Table, Key: valid(r.Key), Column: valid(r.Column), Reason: valid(r.Reason), Value: valid(r.Value), Count: r.Count,
		First: r.FirstSeen, Last: r.LastSeen, Run: r.RunID}
}

func (r *issueRow) row() sink.IssueRow {
	return sink.IssueRow{Issue: schema.Issue{Table: r.Table, Key: r.Key, Column: r.Column, Reason: r.Reason, Value: r.Value, Count: r.Count},
		FirstSeen: r.First.UTC(), LastSeen: r.Last.UTC(), RunID: r.Run}
}

type checkpointRow struct {
	Stream    string     `parquet:"stream"`
	Cursor    string     `parquet:"cursor"`
	HighWater *time.Time `parquet:"high_water,optional,timestamp(microsecond)"`
	Tables    []string   `parquet:"tables,list"`
	Run       string     `parquet:"run_id"`
	Saved     time.Time  `parquet:"saved_at,timestamp(microsecond)"`
	Format    int64      `parquet:"format"`
	Account   string     `parquet:"account,optional"`
	Start     *time.Time `parquet:"start,optional,timestamp(microsecond)"`
	Complete  *time.Time `parquet:"complete_at,optional,timestamp(microsecond)"`
	Reader    string     `parquet:"reader,optional"`
}

// checkpointRows are the checkpoints, sorted by stream.
func (m *manifest) checkpointRows() (rows []checkpointRow) {
	for _, name := range slices.Sorted(maps.Keys(m.Checkpoints)) {
		c := m.Checkpoints[name]
		r := checkpointRow{Stream: c.Stream, Cursor: c.Cursor, Tables: c.Tables, Run: c.RunID, Saved: c.SavedAt.UTC(), Format: manifestFormat,
			Account: c.Account, HighWater: orNull(c.HighWater), Start: orNull(c.Start), Complete: orNull(c.CompleteAt), Reader: c.Reader}
		rows = append(rows, r)
	}
	return rows
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}

func newRunRow(r sink.Run) runRow {
	row := runRow{ID: r.ID, Started: r.Started.UTC(), Finished: orNull(r.Finished), Status: string(r.Status), Trigger: r.Trigger, Version: r.Version, Account: r.Account}
	if r.Error != "" {
		row.Error = new(valid(r.Error))
	}
	return row
}

func (r *runRow) run() sink.Run {
	run := sink.Run{ID: r.ID, Started: r.Started.UTC(), Status: sink.Status(r.Status), Trigger: r.Trigger, Version: r.Version, Account: r.Account}
	if r.Finished != nil {
		run.Finished = r.Finished.UTC()
	}
	if r.Error != nil {
		run.Error = *r.Error
	}
	return run
}

func (r *loadRow) load() sink.LoadReport {
	return sink.LoadReport{Stream: r.Stream, Table: r.Table,
		Counts:   sink.Counts{Read: r.Read, Inserted: r.Inserted, Updated: r.Updated, Unchanged: r.Unchanged, Deleted: r.Deleted},
		Requests: r.Requests, Retries: r.Retries, Waited: time.Duration(r.Waited * float64(time.Second)),
		CursorBefore: r.CursorBefore, CursorAfter: r.CursorAfter, CommittedAt: r.Committed.UTC(),
		Outcome: sink.Outcome(r.Outcome), Error: r.Error}
}
