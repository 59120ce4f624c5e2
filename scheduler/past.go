package scheduler

import (
	"time"

	"desklake/sink"
)

// Past is the last run of a job.
type Past struct {
	Began     time.Time // zero if the job never ran
	BrokenOff bool      // it was killed or interrupted: what it was to do is still to be done
}

// PastOf is what a sink's run history tells of a job.
func PastOf(job string, runs []sink.RunReport) Past {
	r := LastOf(job, runs)
	if r == nil {
		return Past{}
	}
	ended := r.Status == sink.Done || r.Status == sink.Partial || r.Status == sink.Failed
	return Past{Began: r.Started, BrokenOff: !ended}
}

// LastOf finds the last run of a job in a sink's run history, the latest first; nil if there is none.
func LastOf(job string, runs []sink.RunReport) *sink.Run {
	for i := range runs {
		if r := &runs[i].Run; r.IsOf(job) {
			return r
		}
	}
	return nil
}
