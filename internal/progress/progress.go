// Package progress shows how a run goes: as bars on a terminal, as lines elsewhere, as lines of a log for machines; and what it
// came to.
//
// There is one model of it, the tracks of the streams, and a view for each. Start with Output.
package progress

import (
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

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
	t := NewTracks(plan)
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

// under reports that the stream has not ended.
func (t Track) under() bool { return t.State == Queued || t.State == Reading }

// line is the stream's line, each thing always in the same columns: 76 of them, or what a width has room for; 0 is any.
func (t Track) line(width int) string {
	head := fmt.Sprintf("%-20s %11s rows  ", t.Stream, words.Thousands(t.Rows))
	if left := time.Until(t.Wait.Until); t.under() && left > time.Second {
		waiting := fmt.Sprintf("waiting %.0f s for %s", left.Seconds(), t.Wait.For)
		if !t.At.IsZero() {
			waiting += ", at " + t.place(width)
		}
		return head + waiting
	}
	pace, at := "", ""
	if !t.under() {
		pace = fmt.Sprintf("%.1f s", t.Took.Seconds())
	} else if seconds := time.Since(t.Began).Seconds(); t.Rows > 0 && seconds > 1 {
		pace = words.Thousands(int64(float64(t.Rows)/seconds)) + "/s"
	}
	if !t.under() && t.State != Done {
		at = t.State
	} else if !t.At.IsZero() {
		at = t.place(width)
	}
	return head + fmt.Sprintf("%9s  %5s %-8s  %-10s", pace, words.Thousands(t.Requests), words.Plural(t.Requests, "request"), at)
}

// place is how far the stream has come, and how much is left where a width has room for that.
func (t Track) place(width int) string {
	at := t.At.UTC().Format(time.DateOnly)
	if t.under() && (width == 0 || width > 110) {
		at += " of " + t.End.UTC().Format(time.DateOnly) + t.left()
		if t.Quota.Limit > 0 && (width == 0 || width > 130) {
			at += fmt.Sprintf(", quota left %d of %d", t.Quota.Left, t.Quota.Limit)
		}
	}
	return at
}

// left is about how long it will take, where the time that it came through tells.
func (t Track) left() string {
	through, all := t.At.Sub(t.First), t.End.Sub(t.First)
	took := time.Since(t.Began)
	if t.First.IsZero() || through <= 0 || all <= through || took < 5*time.Second {
		return ""
	}
	return ", about " + words.Roughly(took.Seconds()*float64(all-through)/float64(through)) + " left"
}
