package duckdb

import (
	"context"
	"math"
	"time"

	"desklake/sink"
)

// history reads runs and loads, which can be many: what is not asked for is not read. A file of an earlier version has the
// newest columns after its next run.
type history struct {
	sink *Sink
	own  map[string]tableColumns
}

// column is a column of one of these tables, or null where it is missing.
func (h history) column(table, name string) string {
	if _, there := h.own[table][name]; !there {
		return "NULL::VARCHAR"
	}
	return name
}

// runs reads the runs that are looked at, the one that was stored last first: a clock can have been wrong.
func (h history) runs(ctx context.Context, look sink.Look) (runs []sink.RunReport, err error) {
	if look.Runs == 0 {
		return nil, nil
	}
	limit := int64(look.Runs)
	if limit < 0 {
		limit = math.MaxInt64
	}
	at := map[string]int{}
	var ids []string
	err = h.sink.own.query(ctx, "SELECT run_id, started_at, finished_at, status, trigger, version, error, "+h.column("runs", "account")+" FROM "+ours+
		"runs WHERE ($1 IS NULL OR started_at >= $1) AND starts_with(run_id, $2) ORDER BY rowid DESC LIMIT $3",
		[]any{look.Since, look.Prefix, limit}, func(v []any) error {
			run := sink.Run{ID: text(v[0]), Started: instant(v[1]), Finished: instant(v[2]), Status: sink.Status(text(v[3])),
				Trigger: text(v[4]), Version: text(v[5]), Error: text(v[6]), Account: text(v[7])}
			at[run.ID], ids = len(runs), append(ids, run.ID)
			runs = append(runs, sink.RunReport{Run: run})
			return nil
		})
	if err != nil || !look.Loads || len(runs) == 0 {
		return runs, err
	}
	err = h.sink.own.query(ctx, `SELECT run_id, stream, table_name, rows_read, inserted, updated, unchanged, deleted, requests, retries, seconds_waited,
		cursor_before, cursor_after, committed_at, `+h.column("loads", "outcome")+", "+h.column("loads", "error")+" FROM "+ours+
		"loads WHERE run_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY stream, rowid", []any{ids}, func(v []any) error {
		i := at[text(v[0])]
		waited, _ := v[10].(float64)
		runs[i].Loads = append(runs[i].Loads, sink.LoadReport{Stream: text(v[1]), Table: text(v[2]),
			Counts:   sink.Counts{Read: number(v[3]), Inserted: number(v[4]), Updated: number(v[5]), Unchanged: number(v[6]), Deleted: number(v[7])},
			Requests: number(v[8]), Retries: number(v[9]), Waited: time.Duration(waited * float64(time.Second)),
			CursorBefore: text(v[11]), CursorAfter: text(v[12]), CommittedAt: instant(v[13]), Outcome: sink.Outcome(text(v[14])), Error: text(v[15])})
		return nil
	})
	return runs, err
}
