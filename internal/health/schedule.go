package health

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

// Schedule is when tables are to be read.
type Schedule struct {
	Tables []string
	Jitter time.Duration                   // how much later than its schedule a run may begin
	Due    func(after time.Time) time.Time // when the schedule comes round next after a time
}

// LateAt is from when on a table is late; zero if it was never fresh.
func LateAt(t sink.TableReport, schedules []Schedule) (late time.Time) {
	if t.FreshAt.IsZero() {
		return late
	}
	for _, s := range schedules {
		if s.Due == nil || !slices.Contains(s.Tables, t.Name) {
			continue
		}
		due := s.Due(t.FreshAt)
		period := s.Due(due).Sub(due)
		if at := due.Add(s.Jitter + max(period/4, leastGrace)); late.IsZero() || at.Before(late) {
			late = at
		}
	}
	if late.IsZero() {
		late = t.FreshAt.Add(noSchedule)
	}
	return late
}
