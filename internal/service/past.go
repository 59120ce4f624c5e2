package service

import (
	"desklake/internal/setup"
	"desklake/scheduler"
	"desklake/sink"
)

// history are the runs of each source, by its name, the latest first.
type history map[string][]sink.RunReport

// last are the last runs of a job, of each of its sources that it has read.
func (h history) last(job string, tasks []setup.Task) (runs []sink.Run) {
	for _, t := range tasks {
		if run := scheduler.LastOf(job, h[t.Name]); run != nil {
			runs = append(runs, *run)
		}
	}
	return runs
}

// of is what a job did before: when it began to read the source that it has not read for longest, and whether it was broken off
// in any. So it is made up for where the program ended between two sources. One that was added since then waits for its turn.
func (h history) of(job string, tasks []setup.Task) (past scheduler.Past) {
	for _, t := range tasks {
		p := scheduler.PastOf(job, h[t.Name])
		if p.Began.IsZero() {
			continue
		}
		if past.Began.IsZero() || p.Began.Before(past.Began) {
			past.Began = p.Began
		}
		past.BrokenOff = past.BrokenOff || p.BrokenOff
	}
	return past
}
