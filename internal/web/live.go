package web

import (
	"errors"
	"slices"
	"time"

	"desklake/extract"
	"desklake/pipeline"
)

// liveRun is a run that is under way.
type liveRun struct {
	job     string
	began   time.Time
	streams []liveStream // in the order of the catalog
}

// liveStream is how far a stream has come.
type liveStream struct {
	name     string
	began    time.Time // zero before
	rows     int64     // of all its tables
	requests int
	at       time.Time // the high-water mark; zero if it has none
	wait     extract.Wait
	state    string // one of the states below
	problem  string // why it failed or is left out
}

// The states of a stream in a run.
const (
	queued   = "" // it has not begun
	reading  = "reading"
	complete = "done"
	broken   = "failed"
	skipped  = "not available"
	stopped  = "stopped"
)

func (r *liveRun) clone() *liveRun {
	if r == nil {
		return nil
	}
	c := *r
	c.streams = slices.Clone(r.streams)
	return &c
}

// change changes the stream of the run under way. One that was not announced joins.
func (b *Board) change(stream string, how func(*liveStream)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.live == nil {
		return
	}
	i := slices.IndexFunc(b.live.streams, func(s liveStream) bool { return s.name == stream })
	if i < 0 {
		i = len(b.live.streams)
		b.live.streams = append(b.live.streams, liveStream{name: stream})
	}
	how(&b.live.streams[i])
}

// Started implements pipeline.Progress.
func (b *Board) Started(stream string, from extract.Position) {
	b.change(stream, func(s *liveStream) { s.state, s.began, s.at = reading, time.Now(), from.HighWater })
}

// Moved implements pipeline.Progress.
func (b *Board) Moved(stream string, step pipeline.Step) {
	b.figures.rowsRead.Add(float64(step.Rows))
	b.change(stream, func(s *liveStream) {
		s.rows += step.Rows
		s.requests += step.Requests
		if !step.At.IsZero() {
			s.at = step.At
		}
	})
}

// Waiting implements pipeline.Progress.
func (b *Board) Waiting(stream string, wait extract.Wait) {
	b.change(stream, func(s *liveStream) { s.wait = wait })
}

// Finished implements pipeline.Progress.
func (b *Board) Finished(r pipeline.StreamResult) {
	b.change(r.Stream, func(s *liveStream) {
		switch {
		case errors.Is(r.Err, pipeline.ErrStopped):
			s.state = stopped
		case r.Err != nil:
			s.state, s.problem = broken, r.Err.Error()
		case r.Unavailable != nil:
			s.state, s.problem = skipped, r.Unavailable.Reason
		default:
			s.state = complete
		}
	})
}
