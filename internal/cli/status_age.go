package cli

import (
	"fmt"
	"strings"
	"time"

	"desklake/internal/health"
	"desklake/internal/words"
	"desklake/sink"
)

// stale is the error of tables that are older than they may be.
type stale struct {
	tables []string // each with its age
	maxAge time.Duration
}

func (e *stale) Error() string {
	return fmt.Sprintf("not read to the end within %s: %s", words.Span(e.maxAge), strings.Join(e.tables, ", "))
}

// Hint says where to look.
func (*stale) Hint() string { return "`desklake runs` shows what became of the last runs" }

// tooOld returns an error if a table was not read to its end for longer than maxAge, or is among the wanted ones and no
// run has come to it.
func tooOld(r sink.Report, wanted []string, maxAge time.Duration, now time.Time) error {
	e := &stale{maxAge: maxAge}
	for _, t := range health.Overdue(r, wanted, maxAge, now) {
		e.tables = append(e.tables, fmt.Sprintf("%s (%s)", t.Name, words.Ago(orNull(t.FreshAt), now)))
	}
	if e.tables == nil {
		return nil
	}
	return e
}
