package parquet

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"desklake/schema"
	"desklake/sink"
)

// Inspect reads what a lake holds, also beside a run that is under way: first the manifest, then the files that rows
// move to from there. A folder that does not exist yet, or that
// desklake did not make, is a *PathError.
func Inspect(_ context.Context, path string, look sink.Look) (sink.Report, error) {
	s, err := lookAt(path)
	if err != nil {
		return sink.Report{}, err
	}
	if err := s.openBooks(); err != nil {
		return sink.Report{}, err
	}
	return s.report(look), nil
}

// lookAt is look for a lake that is there.
func lookAt(path string) (*Sink, error) {
	s, err := look(path)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return nil, &PathError{path, "does not exist yet", "Run desklake sync first."}
	case len(s.manifest.Tables) == 0:
		return nil, &PathError{path, "is not a folder that desklake made", "Choose another sink.path."}
	}
	return s, nil
}

// look reads a lake's manifest without taking the lock. It returns nil for a folder that does not exist but can be made.
func look(path string) (*Sink, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := checkPath(path); err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	s := &Sink{path: path, books: newBooks()}
	s.manifest, err = readManifest(path)
	return s, explain(path, err)
}

func (s *Sink) report(look sink.Look) sink.Report {
	r := sink.Report{Checkpoints: s.manifest.Checkpoints, Issues: int64(len(s.issues.rows)), Latest: s.latestIssues()}
	at, status := map[string]int{}, map[string]sink.Status{}
	rows := slices.SortedFunc(slices.Values(s.runs.rows), func(a, b runRow) int {
		return cmp.Or(b.Started.Compare(a.Started), strings.Compare(b.ID, a.ID))
	})
	for i, row := range rows {
		at[row.ID], status[row.ID] = i, sink.Status(row.Status)
		r.Runs = append(r.Runs, sink.RunReport{Run: row.run()})
	}
	tables := map[string]sink.TableReport{}
	for _, row := range s.loads.rows {
		if i, known := at[row.Run]; known {
			r.Runs[i].Loads = append(r.Runs[i].Loads, row.load())
		}
		t, known := tables[row.Table]
		if !known || !row.Committed.Before(t.LoadedAt) {
			t = sink.TableReport{Name: row.Table, Stream: row.Stream, LoadedAt: row.Committed.UTC(), LastRunID: row.Run, LastStatus: status[row.Run],
				FreshAt: t.FreshAt, Outcome: sink.Outcome(row.Outcome), Error: row.Error}
		}
		if row.Outcome == string(sink.Complete) && row.Committed.After(t.FreshAt) {
			t.FreshAt = row.Committed.UTC()
		}
		tables[row.Table] = t
	}
	for i := range r.Runs {
		slices.SortStableFunc(r.Runs[i].Loads, func(a, b sink.LoadReport) int { return strings.Compare(a.Stream, b.Stream) })
	}
	if len(r.Runs) > 0 {
		r.LastRun, r.FirstRunAt = new(r.Runs[0].Run), r.Runs[len(r.Runs)-1].Started
	}
	r.Runs = look.Cut(r.Runs)
	for name, t := range tables {
		if stored := s.manifest.Tables[name]; stored != nil {
			for _, p := range stored.Partitions {
				t.Rows += p.Live
				t.Deleted += p.Rows - p.Live
			}
		}
		r.Tables = append(r.Tables, t)
	}
	slices.SortFunc(r.Tables, func(a, b sink.TableReport) int { return strings.Compare(a.Name, b.Name) })
	return r
}

func (s *Sink) latestIssues() (latest []sink.IssueReport) {
	rows := slices.SortedFunc(slices.Values(s.issues.rows), func(a, b issueRow) int {
		return cmp.Or(b.Last.Compare(a.Last), strings.Compare(a.Table, b.Table), strings.Compare(a.Column, b.Column),
			strings.Compare(a.Reason, b.Reason), strings.Compare(a.Key, b.Key))
	})
	for _, r := range rows[:min(sink.LatestIssues, len(rows))] {
		latest = append(latest, sink.IssueReport{Table: r.Table, Column: r.Column, Reason: r.Reason, Count: r.Count,
			FirstSeen: r.First.UTC(), LastSeen: r.Last.UTC(), RunID: r.Run})
	}
	return latest
}

// Changes returns what Open and Prepare would create in a lake, and changes nothing. It fails where they would, but
// does not ask for the lock.
func Changes(_ context.Context, path string, tables []*schema.Table) (changes []sink.Change, err error) {
	s, err := look(path)
	if err != nil {
		return nil, err
	}
	if s == nil {
		changes = []sink.Change{{}}
		s = &Sink{path: path, manifest: &manifest{}}
	}
	for _, t := range tables {
		stored := s.manifest.Tables[t.Name]
		if err := s.checkStrays(t.Name, stored); err != nil {
			return nil, err
		}
		if err := s.checkFiles(stored); err != nil && s.manifest.covered(t.Name) {
			return nil, err
		}
		if stored == nil {
			changes = append(changes, sink.Change{Table: t.Name})
			continue
		}
		if _, err := s.columns(t, stored.Columns); err != nil {
			return nil, err
		}
		for _, c := range t.AllColumns() {
			if !slices.ContainsFunc(stored.Columns, func(have column) bool { return have.Name == c.Name }) {
				changes = append(changes, sink.Change{Table: t.Name, Column: c.Name})
			}
		}
	}
	return changes, nil
}
