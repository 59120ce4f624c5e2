package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"desklake/extract"
	"desklake/pipeline"
)

// runError is a run of which something failed.
type runError struct {
	source string // the name of the source; empty for an only one
	result pipeline.Result
	named  bool
}

func (e *runError) Error() string {
	failed, total := 0, 0
	for _, s := range e.result.Streams {
		total += len(s.Tables)
		if s.Failure(e.named) != nil {
			failed += len(s.Tables)
		}
	}
	if failed == total {
		return "no table could be synced"
	}
	return fmt.Sprintf("%d of %d tables were not read to their end; the others are committed", failed, total)
}

// newRunError returns nil for a run of which nothing failed.
func newRunError(source string, r pipeline.Result, named bool) error {
	if e := (&runError{source: source, result: r, named: named}); len(e.failures()) > 0 {
		return e
	}
	return nil
}

func (e *runError) failures() []error {
	var all []error
	for _, s := range e.result.Streams {
		if err := s.Failure(e.named); err != nil {
			all = append(all, err)
		}
	}
	return all
}

// exitCode is the sink's or a signal's where one of them ended the run; else what the failures agree on, if they are
// about credentials or nothing was synced.
func (e *runError) exitCode(a *app) int {
	failures := e.failures()
	all := errors.Join(failures...)
	var broken *pipeline.SinkError
	switch {
	case errors.As(all, &broken):
		return a.exitCode(broken)
	case errors.Is(all, pipeline.ErrStopped):
		return a.exitCode(pipeline.ErrStopped)
	}
	code := a.exitCode(failures[0])
	agree := !slices.ContainsFunc(failures, func(err error) bool { return a.exitCode(err) != code })
	if agree && (code == ExitCredentials || len(failures) == len(e.result.Streams)) {
		return code
	}
	return ExitPartial
}

// cause is one thing that went wrong, with the streams that it befell.
type cause struct {
	streams []string
	text    string
	err     error
}

func (c *cause) Error() string {
	if len(c.streams) == 0 {
		return c.text
	}
	return strings.Join(c.streams, ", ") + ": " + c.text
}

func (c *cause) Unwrap() error { return c.err }

// causes are the failures with what they have in common told once: a broken sink or a refused credential befalls
// every stream, each time with the number of another request.
func (e *runError) causes() []*cause {
	var all []*cause
	known := map[string]*cause{}
	for _, s := range e.result.Streams {
		err := s.Failure(e.named)
		if err == nil {
			continue
		}
		text, same := tell(err, s.Stream)
		c := known[same]
		if c == nil {
			c = &cause{text: text, err: err}
			known[same], all = c, append(all, c)
		}
		c.streams = append(c.streams, s.Stream)
	}
	for _, c := range all {
		if len(c.streams) == len(e.result.Streams) || endsRun(c.err) {
			c.streams = nil // it is about the run
		}
	}
	return all
}

// tell returns what to say of a stream's failure, and a text that is the same for others of the same cause.
func tell(err error, stream string) (text, same string) {
	var broken *pipeline.SinkError
	var account *extract.Failure
	switch {
	case errors.As(err, &broken):
		return broken.Error(), broken.Error()
	case errors.Is(err, pipeline.ErrStopped):
		return "stopped before the end: what was received is committed, and the next run goes on from there", pipeline.ErrStopped.Error()
	case errors.As(err, &account):
		return account.Error(), account.Kind.Error() + account.Advice
	}
	text = strings.TrimPrefix(err.Error(), stream+": ")
	return text, text
}

func endsRun(err error) bool {
	var broken *pipeline.SinkError
	return errors.As(err, &broken) || errors.Is(err, pipeline.ErrStopped)
}

// printFailures tells what failed in a run, each cause once.
func (a *app) printFailures(e *runError) {
	causes := e.causes()
	for _, c := range causes {
		a.print(about(e.source, c))
	}
	if len(causes) > 1 || len(causes[0].streams) > 0 {
		a.print(about(e.source, e))
	}
}

// printSkipped tells which tables the account does not have, where that is no failure.
func (a *app) printSkipped(r pipeline.Result, named bool) {
	for _, s := range r.Streams {
		if s.Unavailable != nil && s.Failure(named) == nil {
			fmt.Fprintf(a.stderr, "%s: skipped: %s\n", strings.Join(s.Tables, ", "), s.Unavailable.Reason)
		}
	}
}
