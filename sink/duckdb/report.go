package duckdb

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"desklake/sink"
)

// Inspect reads what a file holds. It opens the file for reading only; beside a run that is under way it fails with
// *sink.Locked. A file that does not exist yet, or that desklake did not make, is a *PathError.
func Inspect(ctx context.Context, path string, look sink.Look) (sink.Report, error) {
	s, err := open(ctx, path)
	if err != nil {
		return sink.Report{}, err
	}
	if s == nil {
		return sink.Report{}, &PathError{path, "does not exist yet", "Run desklake sync first."}
	}
	defer s.detach()
	report, err := s.report(ctx, look)
	if err != nil {
		return report, explain(path, err)
	}
	return report, nil
}

// open opens a file for reading. It returns nil for one that does not exist but can be created.
func open(ctx context.Context, path string) (_ *Sink, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if err := checkPath(path); err != nil || !exists(path) {
		return nil, err
	}
	s := &Sink{path: path}
	if s.db, s.own, err = attach(ctx, path, Options{}, "(READ_ONLY)"); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Sink) report(ctx context.Context, look sink.Look) (r sink.Report, err error) {
	present, err := s.columns(ctx, "desklake")
	if err != nil {
		return r, err
	}
	if present["runs"] == nil {
		return r, &PathError{s.path, "is not a file that desklake made", "Choose another sink.path."}
	}
	if r.Checkpoints, err = s.Checkpoints(ctx); err != nil {
		return r, err
	}
	if r.Issues, err = s.own.queryInt(ctx, "SELECT count(*) FROM "+catalog+".desklake.issues"); err != nil {
		return r, err
	}
	if r.Latest, err = s.latestIssues(ctx); err != nil {
		return r, err
	}
	outcome := outcomeColumns(present["loads"])
	if r.Runs, err = s.runs(ctx, outcome); err != nil {
		return r, err
	}
	if len(r.Runs) > 0 {
		r.LastRun, r.FirstRunAt = new(r.Runs[0].Run), r.Runs[len(r.Runs)-1].Started
	}
	r.Runs = look.Cut(r.Runs)
	err = s.own.query(ctx, `SELECT table_name, arg_max(stream, committed_at), max(committed_at), arg_max(run_id, committed_at), arg_max(status, committed_at),
		max(committed_at) FILTER (outcome = 'complete'), arg_max(outcome, committed_at), arg_max(failure, committed_at)
		FROM (SELECT run_id, stream, table_name, committed_at, `+outcome+` FROM `+catalog+`.desklake.loads) LEFT JOIN `+catalog+`.desklake.runs USING (run_id)
		GROUP BY table_name ORDER BY table_name`, nil, func(v []any) error {
		r.Tables = append(r.Tables, sink.TableReport{Name: text(v[0]), Stream: text(v[1]), LoadedAt: instant(v[2]),
			LastRunID: text(v[3]), LastStatus: sink.Status(text(v[4])), FreshAt: instant(v[5]), Outcome: sink.Outcome(text(v[6])), Error: text(v[7])})
		return nil
	})
	for i := range r.Tables {
		t := &r.Tables[i]
		err = errors.Join(err, s.own.query(ctx, "SELECT count(*) FILTER (_desklake_deleted_at IS NULL), count(_desklake_deleted_at) FROM "+catalog+".main."+quote(t.Name), nil,
			func(v []any) error {
				t.Rows, t.Deleted = v[0].(int64), v[1].(int64)
				return nil
			}))
	}
	return r, err
}

// runs reads all runs, the latest first.
func (s *Sink) runs(ctx context.Context, outcome string) (runs []sink.RunReport, err error) {
	at := map[string]int{}
	err = s.own.query(ctx, "SELECT run_id, started_at, finished_at, status, trigger, version, error FROM "+catalog+
		".desklake.runs ORDER BY started_at DESC, run_id DESC", nil, func(v []any) error {
		run := sink.Run{ID: text(v[0]), Started: instant(v[1]), Finished: instant(v[2]), Status: sink.Status(text(v[3])),
			Trigger: text(v[4]), Version: text(v[5]), Error: text(v[6])}
		at[run.ID] = len(runs)
		runs = append(runs, sink.RunReport{Run: run})
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = s.own.query(ctx, `SELECT run_id, stream, table_name, rows_read, inserted, updated, unchanged, deleted, requests, retries,
		seconds_waited, cursor_before, cursor_after, committed_at, `+outcome+` FROM `+catalog+`.desklake.loads ORDER BY stream, rowid`, nil, func(v []any) error {
		i, known := at[text(v[0])]
		if !known {
			return nil
		}
		waited, _ := v[10].(float64)
		runs[i].Loads = append(runs[i].Loads, sink.LoadReport{Stream: text(v[1]), Table: text(v[2]),
			Counts:   sink.Counts{Read: number(v[3]), Inserted: number(v[4]), Updated: number(v[5]), Unchanged: number(v[6]), Deleted: number(v[7])},
			Requests: number(v[8]), Retries: number(v[9]), Waited: time.Duration(waited * float64(time.Second)),
			CursorBefore: text(v[11]), CursorAfter: text(v[12]), CommittedAt: instant(v[13]), Outcome: sink.Outcome(text(v[14])), Error: text(v[15])})
		return nil
	})
	return runs, err
}

// outcomeColumns are outcome and failure of desklake.loads, never null. A file of an earlier version has them after its
// next run.
func outcomeColumns(loads tableColumns) string {
	if _, there := loads["outcome"]; !there {
		return "'' AS outcome, '' AS failure"
	}
	return "coalesce(outcome, '') AS outcome, coalesce(error, '') AS failure"
}

func (s *Sink) latestIssues(ctx context.Context) (latest []sink.IssueReport, err error) {
	err = s.own.query(ctx, "SELECT table_name, column_name, reason, count, first_seen, last_seen, run_id FROM "+catalog+
		".desklake.issues ORDER BY last_seen DESC, table_name, column_name, reason, key LIMIT $1", []any{sink.LatestIssues}, func(v []any) error {
		latest = append(latest, sink.IssueReport{Table: text(v[0]), Column: text(v[1]), Reason: text(v[2]), Count: number(v[3]),
			FirstSeen: instant(v[4]), LastSeen: instant(v[5]), RunID: text(v[6])})
		return nil
	})
	return latest, err
}

func number(v any) int64 {
	n, _ := v.(int64)
	return n
}
