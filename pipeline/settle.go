package pipeline

import (
	"context"
	"errors"
	"strings"
	"time"

	"desklake/sink"
)

// settleStopped is how long a run that is told to stop may go on putting into its place what was committed.
const settleStopped = 10 * time.Second

// settle puts what was committed into its place. What a run that is told to stop does not come to is left to the next one.
func (r *run) settle(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-r.Stop:
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(settleStopped):
			cancel()
		case <-ctx.Done():
		}
	}()
	err := r.sink.Settle(ctx)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ErrStopped
	}
	return &SinkError{err}
}

// told reports whether a text says already what an error does, or what has caused it.
func told(err error, text string) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.Contains(text, err.Error()) {
			return true
		}
	}
	return false
}

// fail makes the run one that failed with an error that is no stream's, or that was stopped. It is told with what it follows
// from, if a stream met that.
func (r *Result) fail(err error) {
	switch {
	case err == nil:
	case errors.Is(err, ErrStopped), errors.Is(err, context.Canceled):
		r.Run.Status, r.Run.Error = sink.Interrupted, ""
	case told(err, r.Run.Error):
		r.Run.Status = sink.Failed
	default:
		r.Run.Status, r.Run.Error = sink.Failed, err.Error()
	}
}
