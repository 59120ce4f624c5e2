package progress

import (
	"errors"
	"log/slog"
	"time"

	"desklake/extract"
	"desklake/pipeline"
)

// logged writes how a run goes into the log: a line for each stream every ten seconds, and one when it ends.
type logged struct {
	*tracks
	log   *slog.Logger
	named bool
	stop  chan struct{}
}

// NewLogged writes the streams of a job into a log, until Close.
func NewLogged(log *slog.Logger, plan pipeline.Plan, job pipeline.Job) Progress {
	l := &logged{tracks: newTracks(plan, job.Window), log: log, named: job.Named, stop: make(chan struct{})}
	go l.tick()
	return l
}

func (l *logged) tick() {
	ticker := time.NewTicker(lineEvery)
	defer ticker.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-ticker.C:
			for _, t := range l.snapshot() {
				if t.state == "" && !t.began.IsZero() {
					l.log.Info("stream under way", t.attrs()...)
				}
			}
		}
	}
}

// attrs are how far the stream has come.
func (t track) attrs() []any {
	attrs := []any{slog.String("stream", t.stream), slog.Int64("rows", t.rows), slog.Int("requests", t.requests)}
	if !t.at.IsZero() {
		attrs = append(attrs, slog.Time("up_to", t.at.UTC()))
	}
	if left := time.Until(t.wait.Until); t.state == "" && left > time.Second {
		attrs = append(attrs, slog.String("waiting_for", t.wait.For), Seconds("seconds_left", left))
	}
	return attrs
}

func (l *logged) Started(stream string, from extract.Position) { l.started(stream, from) }
func (l *logged) Moved(stream string, s pipeline.Step)         { l.moved(stream, s) }
func (l *logged) Waiting(stream string, w extract.Wait)        { l.waiting(stream, w) }
func (l *logged) Close()                                       { close(l.stop) }

func (l *logged) Finished(r pipeline.StreamResult) {
	t := l.finished(r)
	attrs := append(t.attrs(), Seconds("seconds", t.took))
	switch err := r.Failure(l.named); {
	case errors.Is(err, pipeline.ErrStopped):
		l.log.Warn("stream stopped before its end", attrs...)
	case err != nil:
		l.log.Error("stream failed", append(attrs, Problem(err)...)...)
	case r.Unavailable != nil:
		l.log.Info("stream skipped", append(attrs, "reason", r.Unavailable.Reason)...)
	default:
		l.log.Info("stream done", attrs...)
	}
}

// Seconds is a duration to the millisecond.
func Seconds(key string, d time.Duration) slog.Attr {
	return slog.Float64(key, float64(d.Milliseconds())/1000)
}
