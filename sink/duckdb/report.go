package duckdb

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"desklake/schema"
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
	b, err := s.readBook(ctx)
	if err != nil {
		return r, err
	}
	if b.own["runs"] == nil {
		return r, &PathError{s.path, "is not a file that desklake made", "Choose another sink.path."}
	}
	r.Checkpoints = b.checkpoints
	if r.Issues, err = s.own.queryInt(ctx, "SELECT count(*) FROM "+ours+"issues"); err != nil {
		return r, err
	}
	if r.Latest, err = s.latestIssues(ctx); err != nil {
		return r, err
	}
	history := history{s, b.own}
	if r.Runs, err = history.runs(ctx, look); err != nil {
		return r, err
	}
	last, err := history.runs(ctx, sink.Look{Runs: 1})
	if err != nil {
		return r, err
	}
	if len(last) > 0 {
		r.LastRun = &last[0].Run
	}
	err = s.own.query(ctx, "SELECT min(started_at) FROM "+ours+"runs", nil, func(v []any) error {
		r.FirstRunAt = instant(v[0])
		return nil
	})
	if err != nil {
		return r, err
	}
	r.Tables, err = s.tableReports(ctx, b)
	return r, err
}

// tableReports reports on the tables that were ever loaded, sorted by name.
func (s *Sink) tableReports(ctx context.Context, b book) (reports []sink.TableReport, err error) {
	statuses, err := s.statuses(ctx, b)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(b.tables)) {
		k := b.tables[name]
		if k.committedAt.IsZero() {
			continue
		}
		t := sink.TableReport{Name: name, Stream: k.stream, LoadedAt: k.committedAt, LastRunID: k.run, LastStatus: statuses[k.run],
			FreshAt: sink.FreshAt(b.checkpoints, name), Outcome: sink.Outcome(k.outcome), Error: k.err}
		if _, there := b.source[name][schema.DeletedAt]; there {
			err = s.own.query(ctx, "SELECT count(*) FILTER (_desklake_deleted_at IS NULL), count(_desklake_deleted_at) FROM "+catalog+".main."+quote(name), nil,
				func(v []any) error {
					t.Rows, t.Deleted = number(v[0]), number(v[1])
					return nil
				})
		}
		if err != nil {
			return nil, err
		}
		reports = append(reports, t)
	}
	return reports, nil
}

// statuses are those of the runs that committed the tables last.
func (s *Sink) statuses(ctx context.Context, b book) (map[string]sink.Status, error) {
	var runs []string
	for _, k := range b.tables {
		runs = append(runs, k.run)
	}
	statuses := map[string]sink.Status{}
	err := s.own.query(ctx, "SELECT run_id, status FROM "+ours+"runs WHERE run_id IN (SELECT unnest($1::VARCHAR[]))", []any{runs}, func(v []any) error {
		statuses[text(v[0])] = sink.Status(text(v[1]))
		return nil
	})
	return statuses, err
}

func (s *Sink) latestIssues(ctx context.Context) (latest []sink.IssueReport, err error) {
	err = s.own.query(ctx, "SELECT table_name, column_name, reason, count, first_seen, last_seen, run_id FROM "+ours+
		"issues ORDER BY last_seen DESC, table_name, column_name, reason, key LIMIT $1", []any{sink.LatestIssues}, func(v []any) error {
		latest = append(latest, sink.IssueReport{Table: text(v[0]), Column: text(v[1]), Reason: text(v[2]), Count: number(v[3]),
			FirstSeen: instant(v[4]), LastSeen: instant(v[5]), RunID: text(v[6])})
		return nil
	})
	return latest, err
}
