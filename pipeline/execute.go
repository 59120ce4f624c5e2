package pipeline

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"desklake/extract"
	"desklake/sink"
)

// Execution is one run, from opening the destination to closing it.
type Execution struct {
	Open        func(*slog.Logger) (extract.Source, error) // opens the source, which logs as it is told
	Destination sink.Destination
	Job         Job
	Log         *slog.Logger // without the run's id

	// Patience ends the waiting for the destination, and the publishing. Who ends a run with Job.Stop ends it too.
	Patience context.Context

	// Waiting is told who has the destination, where another process has it.
	Waiting func(holder string)

	// Begin is told what will be read, when the sink is open, and gets the log with the run's id. What it returns is told how the
	// run goes.
	Begin func(Plan, *slog.Logger) Progress
}

// Execute opens the sink, waiting for it until Patience ends, runs the job, publishes what it changed and closes the sink.
// The run gets its id when it has the sink. The result says how the run ended, whatever the error: of a run that ended, that
// of settling, publishing or closing it.
func Execute(ctx context.Context, x Execution) (result Result, err error) {
	dst, err := OpenSink(x.Patience, x.Destination, x.Waiting)
	if err != nil {
		result.fail(err)
		return result, err
	}
	if result, err = x.execute(ctx, dst); result.Run.Finished.IsZero() {
		result.fail(err)
	}
	ended := err
	if err = CloseSink(dst, err); ended == nil {
		result.fail(err)
	}
	return result, err
}

func (x Execution) execute(ctx context.Context, dst sink.Sink) (result Result, err error) {
	x.Job.ID = NewRunID(time.Now())
	log := x.Log.With("run", x.Job.ID)
	source, err := x.Open(log)
	if err != nil {
		return result, err
	}
	if c, ok := source.(io.Closer); ok {
		defer c.Close()
	}
	r := newRun(source, dst, x.Job)
	if err := r.makePlan(ctx); err != nil {
		return result, err
	}
	r.Progress = x.Begin(r.plan, log)
	if result, err = r.execute(ctx); err == nil {
		err = x.publish(dst, &result.Run, log)
	}
	return result, err
}

// publish brings the copy for analysts up to date, unless the run ended before its time: then the next one does. What goes
// wrong is stored with the run; its rows are committed all the same.
func (x Execution) publish(dst sink.Sink, run *sink.Run, log *slog.Logger) error {
	copied, ok := x.Destination.(sink.Published)
	if !ok || copied.Copy() == "" || run.Status != sink.Done && run.Status != sink.Partial {
		return nil
	}
	ctx := x.Patience
	replaced, err := Publish(ctx, dst, false)
	switch {
	case err == nil:
		if replaced {
			log.Info("published", "path", copied.Copy())
		}
		return nil
	case ctx.Err() == nil:
		run.Status, run.Error = sink.Partial, cmp.Or(run.Error, err.Error())
		err = errors.Join(err, dst.SaveRun(ctx, *run))
	}
	return err
}

// Publish brings the copy of a sink for analysts up to date. The error is ErrStopped, a *sink.Shrunk or a *SinkError.
func Publish(ctx context.Context, s sink.Sink, force bool) (replaced bool, err error) {
	replaced, err = s.(sink.Publisher).Publish(ctx, force)
	var shrunk *sink.Shrunk
	switch {
	case err == nil:
		return replaced, nil
	case ctx.Err() != nil:
		return false, ErrStopped
	case errors.As(err, &shrunk):
		return false, err
	}
	return replaced, &SinkError{err}
}

// OpenSink opens a destination, and waits for it if another process has it, until ctx ends.
func OpenSink(ctx context.Context, d sink.Destination, waiting func(holder string)) (sink.Sink, error) {
	s, err := d.Open(ctx, waiting)
	if err != nil {
		return nil, &SinkError{err}
	}
	return s, nil
}

// CloseSink closes a sink behind what went wrong before, if anything did: neither hides the other. What has broken the sink
// can be why it can't be closed, and is told once.
func CloseSink(s io.Closer, before error) error {
	closed := s.Close()
	if closed == nil || before != nil && told(closed, before.Error()) {
		return before
	}
	return errors.Join(before, &SinkError{closed})
}
