package progress

import (
	"errors"
	"sync"
	"time"

	"desklake/extract"
	"desklake/pipeline"
)

// Tracks is how far each stream of a run has come: the model of all views. It implements pipeline.Progress; its methods may be
// called from several goroutines.
type Tracks struct {
	mu  sync.Mutex
	all []*Track // in the order of the plan
}

// NewTracks returns the tracks of the streams of a plan, none of which has begun.
func NewTracks(plan pipeline.Plan) *Tracks {
	t := &Tracks{}
	for _, s := range plan.Streams {
		t.all = append(t.all, &Track{Stream: s.Name, First: s.Window.From, End: s.Window.To})
	}
	return t
}

// Track is how far one stream has come. Times are zero where there is none.
type Track struct {
	Stream   string
	State    string
	Problem  string // why it failed or was left out
	Rows     int64  // of all its tables
	Requests int
	Began    time.Time     // by this machine's clock
	Took     time.Duration // once it has ended
	First    time.Time     // where in the source's time it began
	At       time.Time     // how far in the source's time it is
	End      time.Time     // how far it will come
	Wait     extract.Wait
	Quota    extract.Quota // the scarcest; no Limit if none is known
}

// The states of a stream in a run.
const (
	Queued  = "" // it has not begun
	Reading = "reading"
	Done    = "done"
	Failed  = "failed"
	Skipped = "skipped" // the account does not have it
	Stopped = "stopped"
)

// change changes the track of a stream and returns it as it is then. One that was not planned joins.
func (t *Tracks) change(stream string, how func(*Track)) Track {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, track := range t.all {
		if track.Stream == stream {
			how(track)
			return *track
		}
	}
	track := &Track{Stream: stream}
	how(track)
	t.all = append(t.all, track)
	return *track
}

// Snapshot is all of them as they are now.
func (t *Tracks) Snapshot() []Track {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Track, len(t.all))
	for i, track := range t.all {
		all[i] = *track
	}
	return all
}

// Started implements pipeline.Progress.
func (t *Tracks) Started(stream string, from extract.Position) {
	t.change(stream, func(t *Track) {
		t.State, t.Began, t.At = Reading, time.Now(), from.HighWater
		if !t.At.IsZero() {
			t.First = t.At
		}
		if t.End.IsZero() {
			t.End = t.Began
		}
	})
}

// Waiting implements pipeline.Progress.
func (t *Tracks) Waiting(stream string, w extract.Wait) {
	t.change(stream, func(t *Track) { t.Wait = w })
}

// Moved implements pipeline.Progress.
func (t *Tracks) Moved(stream string, s pipeline.Step) {
	t.change(stream, func(t *Track) {
		t.Rows += s.Rows
		t.Requests += s.Requests
		if s.Quota != nil {
			t.Quota = *s.Quota
		}
		if !s.At.IsZero() {
			t.At = s.At
		}
	})
}

// Finished implements pipeline.Progress.
func (t *Tracks) Finished(r pipeline.StreamResult) { t.finish(r) }

func (t *Tracks) finish(r pipeline.StreamResult) Track {
	return t.change(r.Stream, func(t *Track) {
		t.Took, t.State = r.Elapsed, Done
		switch {
		case errors.Is(r.Err, pipeline.ErrStopped):
			t.State = Stopped
		case r.Err != nil:
			t.State, t.Problem = Failed, r.Err.Error()
		case r.Unavailable != nil:
			t.State, t.Problem = Skipped, r.Unavailable.Reason
		}
	})
}

// lineEvery is how often a view of lines tells of a stream that is being read.
const lineEvery = 10 * time.Second

// tick tells of each stream that is being read, again and again until stop is closed.
func (t *Tracks) tick(stop <-chan struct{}, tell func(Track)) {
	ticker := time.NewTicker(lineEvery)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			for _, track := range t.Snapshot() {
				if track.State == Reading {
					tell(track)
				}
			}
		}
	}
}
