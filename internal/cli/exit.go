package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"desklake/extract"
	"desklake/internal/config"
	"desklake/internal/service"
	"desklake/internal/setup"
	"desklake/internal/words"
	"desklake/pipeline"
	"desklake/sink"
)

// The exit codes, as the help and the README tell them.
const (
	ExitDone        = 0
	exitUnexpected  = 1
	ExitUsage       = 2
	ExitCredentials = 3
	ExitPartial     = 4
	ExitSource      = 5
	ExitSink        = 6
	exitStale       = 8
	ExitLocked      = 75
)

// usageError is a command line that can't be understood.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }
func (e *usageError) Hint() string {
	return "The commands are in desklake --help, the flags of one in desklake COMMAND --help."
}

// exitCode is the one place where errors become exit codes.
func (a *app) exitCode(err error) int {
	var (
		locked  *sink.Locked
		broken  *pipeline.SinkError
		invalid *config.Error
		usage   *usageError
		unknown *setup.UnknownTable
		unnamed *setup.UnknownSource
		several *sourcesError
		other   *pipeline.OtherAccount
		run     *runError
		lacking *extract.Unavailable
		doubted *pipeline.Doubted
		noRows  *pipeline.NoRows
		shrunk  *sink.Shrunk
		old     *stale
		deaf    *service.NotListening
	)
	switch {
	case err == nil:
		return ExitDone
	case a.signals.code() != 0 && (errors.Is(err, pipeline.ErrStopped) || errors.Is(err, context.Canceled)):
		return a.signals.code()
	case errors.As(err, &several):
		return several.exitCode(a)
	case errors.As(err, &locked):
		return ExitLocked
	case errors.As(err, &broken):
		return ExitSink
	case errors.As(err, &invalid), errors.As(err, &usage), errors.As(err, &unknown), errors.As(err, &unnamed), errors.As(err, &other), errors.As(err, &deaf), errors.Is(err, extract.ErrNoAccount):
		return ExitUsage
	case errors.As(err, &run):
		return run.exitCode(a)
	case errors.As(err, &old):
		return exitStale
	case errors.As(err, &lacking), errors.As(err, &doubted), errors.As(err, &noRows), errors.As(err, &shrunk):
		return ExitPartial
	case errors.Is(err, extract.ErrCredentials), errors.Is(err, extract.ErrPermission), errors.Is(err, extract.ErrLogin):
		return ExitCredentials
	case errors.Is(err, extract.ErrUnreachable), errors.Is(err, extract.ErrAnswer):
		return ExitSource
	}
	return exitUnexpected
}

// report prints what went wrong, with what to do about it, and returns the exit code.
func (a *app) report(err error) int {
	var run *runError
	var printed *told
	switch {
	case err == nil, errors.As(err, &printed):
	case errors.As(err, &run):
		a.printFailures(run)
	default:
		a.print(err)
	}
	return a.exitCode(err)
}

// told is an error that its command has shown already.
type told struct{ error }

func (t *told) Unwrap() error { return t.error }

// print prints an error and its hint.
func (a *app) print(err error) {
	fmt.Fprintf(a.stderr, "desklake: %s\n", strings.ReplaceAll(err.Error(), "\n", "\n  "))
	if hint := words.Hint(err); hint != "" {
		fmt.Fprintf(a.stderr, "  %s\n", words.Sentence(hint))
	}
}
