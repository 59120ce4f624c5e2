package web

import (
	"time"

	"desklake/extract"
	"desklake/internal/progress"
	"desklake/pipeline"
)

// liveRun is a run that is under way.
type liveRun struct {
	job    string
	began  time.Time
	tracks *progress.Tracks
}

// liveNow is a liveRun as it was at a moment.
type liveNow struct {
	job     string
	began   time.Time
	streams []progress.Track
}

func (r *liveRun) now() *liveNow {
	if r == nil {
		return nil
	}
	return &liveNow{r.job, r.began, r.tracks.Snapshot()}
}

// tracks are those of the run under way; of none, nobody sees them.
func (b *Board) tracks() *progress.Tracks {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.live == nil {
		return progress.NewTracks(pipeline.Plan{})
	}
	return b.live.tracks
}

// Started implements pipeline.Progress.
func (b *Board) Started(stream string, from extract.Position) { b.tracks().Started(stream, from) }

// Moved implements pipeline.Progress.
func (b *Board) Moved(stream string, step pipeline.Step) {
	b.figures.rowsRead.Add(float64(step.Rows))
	b.tracks().Moved(stream, step)
}

// Waiting implements pipeline.Progress.
func (b *Board) Waiting(stream string, wait extract.Wait) { b.tracks().Waiting(stream, wait) }

// Finished implements pipeline.Progress.
func (b *Board) Finished(r pipeline.StreamResult) { b.tracks().Finished(r) }
