package duckdb

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"slices"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
)

// open opens a file for reading. It returns nil for one that does not exist but can be created.
func open(ctx context.Context, o Options) (_ *Sink, err error) {
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, err
	}
	if err := checkPath(path); err != nil || !exists(path) {
		return nil, err
	}
	s := &Sink{path: path, options: o}
	if s.db, s.own, err = attach(ctx, path, Options{}, "(READ_ONLY)"); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Sink) report(ctx context.Context, there layout, look sink.Look) (r sink.Report, err error) {
	b, err := s.readBooks(ctx, there)
	if err != nil {
		return r, err
	}
	if b.own["runs"] == nil {
		return r, sink.Refused(s.path, "is not a file that desklake made", "Choose another sink.path.")
	}
	r.Checkpoints = b.checkpoints
	if r.Issues, err = s.own.queryInt(ctx, "SELECT count(*) FROM "+ours+"issues WHERE "+s.mineIn(b.own["issues"])); err != nil {
		return r, err
	}
	if r.Latest, err = s.latestIssues(ctx, b); err != nil {
		return r, err
	}
	if r.Runs, err = s.runs(ctx, b, look); err != nil {
		return r, err
	}
	last, err := s.runs(ctx, b, sink.Look{Runs: 1})
	if err != nil {
		return r, err
	}
	if len(last) > 0 {
		r.LastRun = &last[0].Run
	}
	if r.FirstRunAt, err = s.firstRunAt(ctx, b); err != nil {
		return r, err
	}
	r.Tables, err = s.tableReports(ctx, b)
	return r, err
}

// tableReports reports on the tables that were ever loaded, sorted by name.
func (s *Sink) tableReports(ctx context.Context, b books) (reports []sink.TableReport, err error) {
	statuses, err := s.statuses(ctx, b)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(b.tables)) {
		k := b.tables[name]
		if k.committedAt.IsZero() {
			continue
		}
		t := book.TableReport(k.last(), cmp.Or(statuses[k.run], sink.Status(k.status)), b.checkpoints)
		if _, there := b.source[name][schema.DeletedAt]; there {
			err = s.own.query(ctx, "SELECT count(*) FILTER (_desklake_deleted_at IS NULL), count(_desklake_deleted_at) FROM "+s.options.target(name), nil,
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
func (s *Sink) statuses(ctx context.Context, b books) (map[string]sink.Status, error) {
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

func (s *Sink) latestIssues(ctx context.Context, b books) (latest []sink.IssueReport, err error) {
	err = selectRows(ctx, s.own, book.Issues, "SELECT * FROM "+ours+"issues WHERE "+s.mineIn(b.own["issues"])+
		" ORDER BY last_seen DESC, table_name, column_name, reason, key LIMIT $1", []any{sink.LatestIssues}, func(i *book.Issue) error {
		latest = append(latest, i.Report())
		return nil
	})
	return latest, err
}
