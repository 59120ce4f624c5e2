package web

import (
	"slices"
	"time"

	"desklake/sink"
)

// A table is late when its schedule came round and it was not read to its end within a quarter of the period, and never
// sooner than after leastGrace. Without a job that has it, it is late after noSchedule.
const (
	leastGrace = 10 * time.Minute
	noSchedule = 26 * time.Hour
)

// lateAt is from when on a table is stale; zero if it was never fresh.
func lateAt(t sink.TableReport, jobs []Job) (late time.Time) {
	if t.FreshAt.IsZero() {
		return late
	}
	for _, j := range jobs {
		if j.Due == nil || !slices.Contains(j.Tables, t.Name) {
			continue
		}
		due := j.Due(t.FreshAt)
		period := j.Due(due).Sub(due)
		if at := due.Add(j.Jitter + max(period/4, leastGrace)); late.IsZero() || at.Before(late) {
			late = at
		}
	}
	if late.IsZero() {
		late = t.FreshAt.Add(noSchedule)
	}
	return late
}

// stateOf is how a table stands whose last load was t.
func stateOf(t sink.TableReport, late, now time.Time) State {
	switch {
	case t.Outcome == sink.Unavailable && t.FreshAt.IsZero():
		return Unavailable
	case t.Outcome == sink.Broken, t.Outcome == sink.Unavailable, // which it was not before
		t.Outcome == "" && (t.LastStatus == sink.Failed || t.LastStatus == sink.Killed):
		return Failed
	case t.FreshAt.IsZero():
		return Never
	case now.After(late):
		return Stale
	}
	return Fresh
}
