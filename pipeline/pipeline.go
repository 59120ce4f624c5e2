// Package pipeline executes a run: every stream once, each read, converted, written and committed.
//
// It decides when to commit and in which order things happen, so that sources and sinks stay simple: rows and the
// cursor behind them are committed together, what was received before an error is committed, and one stream's
// failure does not stop the others. Start with Run, then read stream.go.
package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"desklake/extract"
	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// Job is what a run is to do.
type Job struct {
	Source  string   // by the name that the configuration gives it; empty for an only one
	Tables  []string // the tables to fill
	Beside  []string // tables that are kept up to date where that costs nothing: those of the configuration
	Named   bool     // the user asked for these tables by name: one that the account does not have is a failure
	ID      string   // of the run; a new one unless set
	Trigger string   // what started the run: see sink.Run
	Version string   // of desklake

	// Window, unless it is zero, is read again beside the checkpoints of the streams, which stay as they are. A window that
	// was broken off goes on where it was.
	Window extract.Window

	// Account names the account whose rows these are; the source's own name unless set.
	Account string

	// FullRefresh reads every stream, or the window, from its start. The rows that are there stay until they are met again.
	FullRefresh bool

	// CommitRows is how many rows a transaction holds before it is committed, about half a million unless set. Fewer cost more
	// commits, more repeat more after a crash.
	CommitRows int64

	// AcceptDeletes lets passes mark rows as gone that look like too many to be true.
	AcceptDeletes bool

	// History is how long runs, loads and issues are kept; zero for ever. It is counted back from the run's beginning, but from
	// no later than a few days behind the run before: a clock that was set far ahead forgets nothing at once.
	History time.Duration

	// Stop, once closed, makes the run end early: what was received is committed, nothing more is asked for.
	Stop <-chan struct{}

	Progress Progress

	// Responded, unless it is nil, is told of each answer of the source. It is called from several goroutines; it must not block.
	Responded func(extract.Response)
}

// Progress is told how a run goes. Its methods are called from several goroutines.
type Progress interface {
	// Started is called when a stream begins, with where it begins.
	Started(stream string, from extract.Position)
	// Moved is called each time rows of a stream were written, with what that added.
	Moved(stream string, step Step)
	// Waiting is called when the source begins to wait, for longer than a moment, before its next request.
	Waiting(stream string, wait extract.Wait)
	// Finished is called when a stream has ended.
	Finished(result StreamResult)
}

// Step is what a stream did since the last one.
type Step struct {
	Rows     int64 // of all its tables
	Requests int
	Waited   time.Duration
	At       time.Time // how far the stream has come: the high-water mark; zero if the source has none

	// Quota is the limit of which the source's last answer to the stream left the smallest part; nil if it told of none.
	Quota *extract.Quota
}

// Result is how a run went.
type Result struct {
	Run     sink.Run
	Streams []StreamResult // in the order of the catalog
}

// StreamResult is how a stream went.
type StreamResult struct {
	Stream      string
	Tables      []string
	Counts      map[string]sink.Counts // by table
	Requests    int
	Retries     int
	Waited      time.Duration // waiting for quota and between retries
	Elapsed     time.Duration
	Issues      int                  // distinct things that did not fit and were recorded, those of single rows taken together
	Unavailable *extract.Unavailable // the account does not have it; Err is nil then
	Err         error
}

// ErrStopped is the error of a run that ended early because Job.Stop was closed or its context was cancelled.
var ErrStopped = errors.New("stopped before the end")

// SinkError is an error of the sink. It ends the whole run.
type SinkError struct{ Err error }

func (e *SinkError) Error() string { return e.Err.Error() }

// Unwrap returns the sink's own error.
func (e *SinkError) Unwrap() error { return e.Err }

// Run executes a run and returns how it went. The error is that of planning it, of preparing the sink, of settling it or of
// ending the run;
// what befell a stream stands in its StreamResult.
func Run(ctx context.Context, source extract.Source, dst sink.Sink, job Job) (Result, error) {
	r := newRun(source, dst, job)
	if err := r.makePlan(ctx); err != nil {
		return Result{}, err
	}
	return r.execute(ctx)
}

// run is a run under way.
type run struct {
	Job
	id          string
	source      extract.Source
	sink        sink.Sink
	checkpoints map[string]state.Checkpoint
	plan        Plan
	signs       *lifeSigns
	reader      *reader
	credential  *credentialFailed
	weights     weights
}

func newRun(source extract.Source, dst sink.Sink, job Job) *run {
	return &run{Job: job, source: source, sink: dst, reader: newReader(source), credential: &credentialFailed{}}
}

// makePlan asks source and sink what there is to do.
func (r *run) makePlan(ctx context.Context) error {
	catalog, err := r.source.Discover(ctx)
	if err != nil {
		return fmt.Errorf("discover the tables of the account: %w", err)
	}
	if r.checkpoints, err = r.sink.Checkpoints(ctx); err != nil {
		return &SinkError{fmt.Errorf("read checkpoints: %w", err)}
	}
	r.plan, err = r.Plan(r.source.Scope(), catalog, r.checkpoints)
	return err
}

// execute executes the plan.
func (r *run) execute(ctx context.Context) (Result, error) {
	result := Result{Run: sink.Run{ID: cmp.Or(r.ID, NewRunID(time.Now())), Started: time.Now().UTC(), Status: sink.Running,
		Trigger: r.Trigger, Version: r.Version, Account: r.plan.Account}}
	r.id = result.Run.ID
	if err := r.prepare(ctx, result.Run); err != nil {
		return result, err
	}
	result.Streams = r.readAll(ctx, r.plan.Streams)
	result.Run.Status, result.Run.Error = outcome(result.Streams, r.Named)
	err := r.settle(ctx)
	result.fail(err)
	result.Run.Finished = time.Now().UTC()
	if unsaved := r.sink.SaveRun(context.WithoutCancel(ctx), result.Run); unsaved != nil {
		unsaved = &SinkError{fmt.Errorf("end run: %w", unsaved)}
		result.fail(unsaved)
		err = cmp.Or(err, unsaved)
	}
	return result, err
}

// prepare makes the sink ready for the plan, and begins the run there.
func (r *run) prepare(ctx context.Context, row sink.Run) error {
	var tables []*schema.Table
	for _, s := range r.plan.Streams {
		tables = append(tables, s.Tables...)
	}
	if err := r.sink.Prepare(ctx, tables); err != nil {
		return &SinkError{err}
	}
	if err := r.sink.SaveRun(ctx, row); err != nil {
		return &SinkError{fmt.Errorf("begin run: %w", err)}
	}
	if r.History > 0 {
		if err := r.sink.Forget(ctx, forgetFrom(row.Started, r.checkpoints).Add(-r.History)); err != nil {
			return &SinkError{fmt.Errorf("forget old runs: %w", err)}
		}
	}
	return nil
}

// leap is how far this machine's clock may have come since the run before, for what is forgotten.
const leap = 3 * 24 * time.Hour

// forgetFrom is from when on the age of the history is counted in a run that began at a time.
func forgetFrom(began time.Time, stored map[string]state.Checkpoint) time.Time {
	var before time.Time
	for _, c := range stored {
		if c.SavedAt.After(before) {
			before = c.SavedAt
		}
	}
	if latest := before.Add(leap); latest.Before(began) {
		return latest
	}
	return began
}

// readAll reads the streams side by side. An error of the sink stops them all: it would meet each of them.
func (r *run) readAll(ctx context.Context, streams []PlannedStream) []StreamResult {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]StreamResult, len(streams))
	r.signs, r.weights = newLifeSigns(len(streams)), newWeights()
	var wg sync.WaitGroup
	for i, s := range streams {
		wg.Go(func() {
			began := time.Now()
			w := r.worker(s)
			w.result.Err = w.all(ctx)
			w.result.Elapsed = time.Since(began)
			results[i] = w.result
			var failed *SinkError
			if errors.As(w.result.Err, &failed) {
				cancel(failed)
			}
			r.Progress.Finished(w.result)
		})
	}
	wg.Wait()
	return results
}

// outcome is the status of a run, and the error that says most about it.
func outcome(streams []StreamResult, named bool) (sink.Status, string) {
	var failures []error
	for _, s := range streams {
		if err := s.Failure(named); err != nil {
			failures = append(failures, err)
		}
	}
	var broken *SinkError
	all := errors.Join(failures...)
	switch {
	case all == nil:
		return sink.Done, ""
	case errors.As(all, &broken):
		return sink.Failed, broken.Error()
	case errors.Is(all, ErrStopped):
		return sink.Interrupted, ""
	case len(failures) == len(streams) && !slices.ContainsFunc(failures, readWhole):
		return sink.Failed, failures[0].Error()
	}
	return sink.Partial, failures[0].Error()
}

// readWhole reports that a stream with that failure was read to its end all the same.
func readWhole(err error) bool {
	var none *NoRows
	return errors.As(err, &none)
}

// Failure is the stream's error. That the account does not have the stream is one only where the user asked for it
// by name.
func (s StreamResult) Failure(named bool) error {
	if s.Err == nil && named && s.Unavailable != nil {
		return s.Unavailable
	}
	return s.Err
}
