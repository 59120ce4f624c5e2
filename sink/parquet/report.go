package parquet

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"desklake/schema"
	"desklake/sink"
	"desklake/sink/book"
	"desklake/state"
)

// report says what the lake holds: first the manifest, then the files that rows move to from there.
func (s *Sink) report(checkpoints map[string]state.Checkpoint, look sink.Look) (r sink.Report, err error) {
	s.openBooks()
	r = sink.Report{Tables: s.tableReports(checkpoints), Checkpoints: checkpoints}
	if r.Runs, err = s.pastRuns(look); err == nil {
		r.LastRun, r.FirstRunAt, err = s.endsOfHistory()
	}
	if err == nil {
		err = s.issues.load(s.path)
	}
	issues := slices.Collect(s.issues.all())
	r.Issues, r.Latest = int64(len(issues)), book.LatestIssues(issues)
	return r, err
}

// lookAt is look for a lake that is there.
func lookAt(o Options) (*Sink, error) {
	s, err := look(o)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return nil, &sink.NotYet{Path: o.Path}
	case len(s.manifest.Tables) == 0:
		return nil, sink.Refused(o.Path, "is not a folder that desklake made", "Choose another sink.path.")
	}
	return s, nil
}

// look reads a lake's manifest without taking the lock. It returns nil for a folder that does not exist but can be made.
func look(o Options) (*Sink, error) {
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, err
	}
	if err := o.check(path); err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	s := &Sink{path: path, source: o.Source}
	if s.manifest, err = readManifest(path); err == nil && s.manifest.Format < manifestFormat {
		err = s.manifest.beginChapters(path)
	}
	return s, explain(path, err)
}

// tableReports tells how the tables stand that were ever loaded, sorted by name.
func (s *Sink) tableReports(checkpoints map[string]state.Checkpoint) (reports []sink.TableReport) {
	for _, name := range slices.Sorted(maps.Keys(s.latest)) {
		l := s.latest[name].Load
		t := book.TableReport(l, s.latest[name].Status, checkpoints)
		t.FreshAt = s.manifest.fresh(name, checkpoints)
		if stored := s.manifest.Tables[name]; stored != nil {
			if stored.waits() && (t.Outcome == sink.Complete || t.Outcome == sink.WindowRead) {
				t.Outcome, t.Error = "", s.latest[name].Error
			}
			for _, p := range stored.Partitions {
				t.Rows += p.Live
				t.Deleted += p.Rows - p.Live
			}
		}
		reports = append(reports, t)
	}
	return reports
}

// Changes returns what Open and Prepare would create in a lake, and changes nothing. It fails where they would, but
// does not ask for the lock.
func Changes(_ context.Context, o Options, tables []*schema.Table) (changes []sink.Change, err error) {
	s, err := look(o)
	if err != nil {
		return nil, err
	}
	if s == nil {
		changes = []sink.Change{{}}
		s = &Sink{path: o.Path, manifest: &manifest{}}
	}
	for _, t := range tables {
		stored := s.manifest.Tables[t.Name]
		if err := s.checkStrays(t.Name, stored); err != nil {
			return nil, err
		}
		if err := s.checkFiles(stored); err != nil && s.manifest.covered(t.Name) && !s.isLost(stored) {
			return nil, err
		}
		var columns []string
		if stored != nil {
			if _, err := s.columns(t, stored.Columns); err != nil {
				return nil, err
			}
			for _, c := range stored.Columns {
				columns = append(columns, c.Name)
			}
		}
		changes = append(changes, sink.ChangesOf(t, columns)...)
	}
	return changes, nil
}
