package service

import (
	"slices"
	"time"

	"desklake/sink"
)

// shownRuns are the runs that the page shows, the latest first, as they were read last. Those that have ended stay as they
// are: a look reads what is new since then.
type shownRuns struct {
	sink string // its path
	runs []sink.RunReport
}

// look is what of the history has to be read, of runs that began from oldest on.
func (s shownRuns) look(path string, oldest time.Time) sink.Look {
	look := sink.Look{Runs: -1, Since: oldest, Loads: true}
	if s.sink != path || len(s.runs) == 0 {
		return look
	}
	since := s.runs[0].Started
	for _, r := range s.runs {
		if r.Status == sink.Running {
			since = r.Started
		}
	}
	if since.After(oldest) {
		look.Since = since
	}
	return look
}

// with adds those that a look from since on has read. It is false where the latest one that was known is not among them: the
// sink is another one now.
func (s shownRuns) with(read []sink.RunReport, since, oldest time.Time) (all []sink.RunReport, same bool) {
	if !slices.ContainsFunc(read, func(r sink.RunReport) bool { return r.ID == s.runs[0].ID && r.Started.Equal(s.runs[0].Started) }) {
		return nil, false
	}
	for _, r := range s.runs {
		if r.Started.Before(since) && !r.Started.Before(oldest) {
			read = append(read, r)
		}
	}
	return read, true
}
