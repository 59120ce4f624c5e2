package cli

import (
	"fmt"

	"desklake/internal/health"
	"desklake/internal/setup"
	"desklake/pipeline"
)

// sourcesError is what went wrong with some of several sources. Each has been told.
type sourcesError struct {
	codes []int // of every source, in their order: exit codes
	bad   int
}

func (e *sourcesError) Error() string {
	return fmt.Sprintf("%d of %d sources had errors", e.bad, len(e.codes))
}

// exitCode is that of all sources together.
func (e *sourcesError) exitCode(a *app) int {
	for _, code := range e.codes {
		if code != ExitDone && code == a.signals.code() {
			return code
		}
	}
	return health.Agreed(e.codes, ExitPartial)
}

// each does something with each of the tasks. Of several, what goes wrong with one is told and keeps none of the others from
// being done, unless the user ends it all.
func (a *app) each(tasks []setup.Task, do func(setup.Task) error) error {
	if len(tasks) == 1 {
		return about(tasks[0].Name, do(tasks[0]))
	}
	e := &sourcesError{}
	for _, t := range tasks {
		err := about(t.Name, pipeline.ErrStopped)
		if a.ctx.Err() == nil {
			err = about(t.Name, do(t))
		}
		if e.codes = append(e.codes, a.report(err)); err != nil {
			e.bad++
		}
	}
	if e.bad == 0 {
		return nil
	}
	return &told{e}
}
