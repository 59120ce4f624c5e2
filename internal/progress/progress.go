// Package progress shows how a run goes: as bars on a terminal, as lines elsewhere, as lines of a log for machines; and what it
// came to.
//
// There is one model of it, the tracks of the streams, and a view for each. Start with Output.
package progress

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"desklake/extract"
	"desklake/internal/words"
	"desklake/pipeline"

	"desklake/internal/term"
)

// Progress shows how a run goes while it lasts.
type Progress interface {
	pipeline.Progress
	Close() // after the last call of the others
}

// Output is where a run shows how it goes.
type Output struct {
	Stderr io.Writer
	Log    *Redirect // of the program; it is led between the lines of the progress
	JSON   bool      // the log is for machines, and progress is lines of it
}

// Begin shows the streams in the given order, as far as there is one: bars on a terminal, lines elsewhere; in a log for
// machines, its own lines. The log goes through it until End.
func (o Output) Begin(plan pipeline.Plan, job pipeline.Job, log *slog.Logger) Progress {
	if o.JSON {
		return NewLogged(log, plan, job)
	}
	t := newTracks(plan, job.Window)
	var p interface {
		Progress
		io.Writer // what is written to it appears between its lines, never within one
	}
	if f := term.Of(o.Stderr); f != nil {
		p = newBars(f, t)
	} else {
		p = newLines(o.Stderr, t)
	}
	o.Log.turn(p)
	return p
}

// End shows the last state and gives the log back.
func (o Output) End(p Progress) {
	o.Log.turn(o.Stderr)
	p.Close()
}

// Redirect is a writer whose destination can change.
type Redirect struct {
	mu sync.Mutex
	to io.Writer
}

// NewRedirect returns a Redirect to a writer.
func NewRedirect(to io.Writer) *Redirect { return &Redirect{to: to} }

func (r *Redirect) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.to.Write(b)
}

func (r *Redirect) turn(to io.Writer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to = to
}

// tracks is how far each stream has come. Its methods may be called from several goroutines.
type tracks struct {
	mu  sync.Mutex
	all []*track // in the order in which they are shown
}

func newTracks(plan pipeline.Plan, window extract.Window) *tracks {
	t := &tracks{}
	for _, s := range plan.Streams {
		t.all = append(t.all, &track{stream: s.Name, first: window.From, end: window.To})
	}
	return t
}

// change changes the track of a stream and returns it as it is then.
func (t *tracks) change(stream string, how func(*track)) track {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, track := range t.all {
		if track.stream == stream {
			how(track)
			return *track
		}
	}
	return track{}
}

// snapshot is all of them as they are now.
func (t *tracks) snapshot() []track {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]track, len(t.all))
	for i, track := range t.all {
		all[i] = *track
	}
	return all
}

func (t *tracks) started(stream string, from extract.Position) {
	t.change(stream, func(t *track) {
		t.began, t.at = time.Now(), from.HighWater
		if !t.at.IsZero() {
			t.first = t.at
		}
		if t.end.IsZero() {
			t.end = t.began
		}
	})
}

func (t *tracks) waiting(stream string, w extract.Wait) {
	t.change(stream, func(t *track) { t.wait = w })
}

func (t *tracks) moved(stream string, s pipeline.Step) {
	t.change(stream, func(t *track) {
		t.rows += s.Rows
		t.requests += s.Requests
		if s.Quota != nil {
			t.quota = *s.Quota
		}
		if !s.At.IsZero() {
			t.at = s.At
		}
	})
}

func (t *tracks) finished(r pipeline.StreamResult) track {
	return t.change(r.Stream, func(t *track) {
		t.took, t.state = r.Elapsed, done
		switch {
		case errors.Is(r.Err, pipeline.ErrStopped):
			t.state = stopped
		case r.Err != nil:
			t.state = failed
		case r.Unavailable != nil:
			t.state = skipped
		}
	})
}

// track is how far one stream has come.
type track struct {
	stream   string
	began    time.Time
	rows     int64 // of all its tables
	requests int
	at       time.Time // how far in the source's time; zero if that is not known
	first    time.Time // where in the source's time it began; zero if that is not known
	end      time.Time // how far it will come
	wait     extract.Wait
	quota    extract.Quota // the scarcest; no Limit if none is known
	state    string        // empty while it is under way
	took     time.Duration
}

// The states in which a stream ends.
const (
	done    = "done"
	failed  = "failed"
	skipped = "skipped"
	stopped = "stopped"
)

// line is the stream's line, each thing always in the same columns: 76 of them, or what a width has room for; 0 is any.
func (t track) line(width int) string {
	head := fmt.Sprintf("%-20s %11s rows  ", t.stream, words.Thousands(t.rows))
	if left := time.Until(t.wait.Until); t.state == "" && left > time.Second {
		waiting := fmt.Sprintf("waiting %.0f s for %s", left.Seconds(), t.wait.For)
		if !t.at.IsZero() {
			waiting += ", at " + t.place(width)
		}
		return head + waiting
	}
	pace, at := "", ""
	if t.state != "" {
		pace = fmt.Sprintf("%.1f s", t.took.Seconds())
	} else if seconds := time.Since(t.began).Seconds(); t.rows > 0 && seconds > 1 {
		pace = words.Thousands(int64(float64(t.rows)/seconds)) + "/s"
	}
	if t.state != "" && t.state != done {
		at = t.state
	} else if !t.at.IsZero() {
		at = t.place(width)
	}
	return head + fmt.Sprintf("%9s  %5s %-8s  %-10s", pace, words.Thousands(t.requests), words.Plural(t.requests, "request"), at)
}

// place is how far the stream has come, and how much is left where a width has room for that.
func (t track) place(width int) string {
	at := t.at.UTC().Format(time.DateOnly)
	if t.state == "" && (width == 0 || width > 110) {
		at += " of " + t.end.UTC().Format(time.DateOnly) + t.left()
		if t.quota.Limit > 0 && (width == 0 || width > 130) {
			at += fmt.Sprintf(", quota left %d of %d", t.quota.Left, t.quota.Limit)
		}
	}
	return at
}

// left is about how long it will take, where the time that it came through tells.
func (t track) left() string {
	through, all := t.at.Sub(t.first), t.end.Sub(t.first)
	took := time.Since(t.began)
	if t.first.IsZero() || through <= 0 || all <= through || took < 5*time.Second {
		return ""
	}
	return ", about " + words.Roughly(took.Seconds()*float64(all-through)/float64(through)) + " left"
}
