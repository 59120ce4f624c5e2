package pipeline_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"desklake/extract"
	"desklake/extract/zendesk"
	"desklake/internal/zendesktest"
	"desklake/pipeline"
	"desklake/schema"
	"desklake/sink"
	"desklake/sink/duckdb"
)

// lake is a helpdesk and the DuckDB file that it is copied to. It is made and used within a synctest bubble: time is
// virtual, so that minutes of holding back and of quota pass at once.
type lake struct {
	t    *testing.T
	desk *zendesktest.Server
	path string
	full bool // audits: full

	start time.Time // the start date
}

func newLake(t *testing.T, full bool, o zendesktest.Options) *lake {
	t.Helper()
	return &lake{t: t, desk: zendesktest.New(o), path: filepath.Join(t.TempDir(), "lake.duckdb"), full: full}
}

// attempt executes one run, as a program that is started for it would, and returns how it went.
func (l *lake) attempt(ctx context.Context, job pipeline.Job, around func(sink.Sink) sink.Sink) (pipeline.Result, error) {
	l.t.Helper()
	source, err := zendesk.New(zendesk.Options{Subdomain: "acme", Auth: zendesk.AccessToken{Token: "secret"},
		StartDate: l.start, AuditsInFull: l.full, Transport: l.desk.Transport()})
	if err != nil {
		l.t.Fatal(err)
	}
	file, err := duckdb.Open(ctx, duckdb.Options{Path: l.path})
	if err != nil {
		l.t.Fatal(err)
	}
	dst := sink.Sink(file)
	if around != nil {
		dst = around(file)
	}
	if job.Tables == nil {
		job.Tables = allTables
	}
	job.Progress = silent{}
	result, err := pipeline.Run(ctx, source, dst, job)
	return result, errors.Join(err, file.Close())
}

// sync executes a run of which nothing may fail.
func (l *lake) sync(tables ...string) pipeline.Result {
	l.t.Helper()
	return l.run(pipeline.Job{Tables: tables})
}

func (l *lake) run(job pipeline.Job) pipeline.Result {
	l.t.Helper()
	result, err := l.attempt(l.t.Context(), job, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, s := range result.Streams {
		if s.Err != nil || s.Unavailable != nil {
			l.t.Errorf("%s: %v %v", s.Stream, s.Err, s.Unavailable)
		}
	}
	return result
}

// lacking executes a run, and fails the test unless streams of it end because records have no row, and none for another
// reason.
func (l *lake) lacking(tables ...string) {
	l.t.Helper()
	result, err := l.attempt(l.t.Context(), pipeline.Job{Tables: tables}, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	lacking := 0
	for _, s := range result.Streams {
		var noRows *pipeline.NoRows
		if errors.As(s.Err, &noRows) {
			lacking++
		} else if s.Err != nil || s.Unavailable != nil {
			l.t.Errorf("%s: %v %v", s.Stream, s.Err, s.Unavailable)
		}
	}
	if lacking == 0 || result.Run.Status == sink.Done {
		l.t.Errorf("records have no row, and the run is %s", result.Run.Status)
	}
}

// settle lets the time pass for which the exports hold changes back.
func (l *lake) settle() { time.Sleep(2 * time.Minute) }

// stream returns how a stream went.
func stream(t *testing.T, r pipeline.Result, name string) pipeline.StreamResult {
	t.Helper()
	i := slices.IndexFunc(r.Streams, func(s pipeline.StreamResult) bool { return s.Stream == name })
	if i < 0 {
		t.Fatalf("the run had no stream %s", name)
	}
	return r.Streams[i]
}

// allTables are the names of all tables.
var allTables = func() (names []string) {
	for _, t := range zendesk.Tables() {
		names = append(names, t.Name)
	}
	return names
}()

func tableOf(name string) *schema.Table {
	tables := zendesk.Tables()
	return tables[slices.IndexFunc(tables, func(t *schema.Table) bool { return t.Name == name })]
}

// silent is a progress that nobody watches.
type silent struct{}

func (silent) Started(string, extract.Position) {}
func (silent) Waiting(string, extract.Wait)     {}
func (silent) Moved(string, pipeline.Step)      {}
func (silent) Finished(pipeline.StreamResult)   {}
