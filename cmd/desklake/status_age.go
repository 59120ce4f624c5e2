package main

import (
	"fmt"
	"strings"
	"time"

	"desklake/internal/health"
	"desklake/sink"
)

// stale is the error of tables that are older than they may be.
type stale struct {
	tables []string // each with its age
	maxAge time.Duration
}

func (e *stale) Error() string {
	return fmt.Sprintf("not read to the end within %s: %s", short(e.maxAge), strings.Join(e.tables, ", "))
}

// Hint says where to look.
func (*stale) Hint() string { return "`desklake runs` shows what became of the last runs" }

// tooOld returns an error if a table was not read to its end for longer than maxAge, or is among the wanted ones and no
// run has come to it.
func tooOld(r sink.Report, wanted []string, maxAge time.Duration, now time.Time) error {
	e := &stale{maxAge: maxAge}
	for _, t := range health.Overdue(r, wanted, maxAge, now) {
		e.tables = append(e.tables, fmt.Sprintf("%s (%s)", t.Name, ago(orNull(t.FreshAt), now)))
	}
	if e.tables == nil {
		return nil
	}
	return e
}

// short writes a duration without the zeros at its end.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
