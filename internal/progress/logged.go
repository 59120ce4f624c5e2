package progress

import (
	"errors"
	"log/slog"
	"time"

	"desklake/pipeline"
)

// logged writes how a run goes into the log: a line for each stream every ten seconds, and one when it ends.
type logged struct {
	*Tracks
	log  *slog.Logger
	job  pipeline.Job
	stop chan struct{}
}

// NewLogged writes the streams of a job into a log, until Close.
func NewLogged(log *slog.Logger, plan pipeline.Plan, job pipeline.Job) Progress {
	l := &logged{Tracks: NewTracks(plan), log: log, job: job, stop: make(chan struct{})}
	go l.tick(l.stop, func(t Track) { l.log.Info("stream under way", t.attrs()...) })
	return l
}

// attrs are how far the stream has come.
func (t Track) attrs() []any {
	attrs := []any{slog.String("stream", t.Stream), slog.Int64("rows", t.Rows), slog.Int("requests", t.Requests)}
	if !t.At.IsZero() {
		attrs = append(attrs, slog.Time("up_to", t.At.UTC()))
	}
	if left := time.Until(t.Wait.Until); t.under() && left > time.Second {
		attrs = append(attrs, slog.String("waiting_for", t.Wait.For), Seconds("seconds_left", left))
	}
	return attrs
}

func (l *logged) Close() { close(l.stop) }

func (l *logged) Finished(r pipeline.StreamResult) {
	t := l.finish(r)
	attrs := append(t.attrs(), Seconds("seconds", t.Took))
	switch err := r.Failure(l.job.Named); {
	case errors.Is(err, pipeline.ErrStopped):
		l.log.Warn("stream stopped before its end", attrs...)
	case err != nil:
		l.log.Error("stream failed", append(attrs, Problem(l.job.Source, err)...)...)
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
