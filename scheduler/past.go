package scheduler

import (
	"time"

	"desklake/sink"
)

// What starts a run of a job, with the job's name behind it, is its trigger: how desklake.runs tells which job a run
// belongs to.
const (
	scheduled = "schedule " // its schedule
	asked     = "api "      // RunNow
)

// Past is the last run of a job.
type Past struct {
	Began     time.Time // zero if the job never ran
	BrokenOff bool      // it was killed or interrupted: what it was to do is still to be done
}

// PastOf finds the last run of a job in a sink's run history.
func PastOf(job string, runs []sink.RunReport) (p Past) {
	for _, r := range runs {
		its := r.Trigger == scheduled+job || r.Trigger == asked+job
		if its && r.Started.After(p.Began) {
			ended := r.Status == sink.Done || r.Status == sink.Partial || r.Status == sink.Failed
			p = Past{Began: r.Started, BrokenOff: !ended}
		}
	}
	return p
}
