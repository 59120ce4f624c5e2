package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"desklake/extract"
	"desklake/pipeline"
	"desklake/sink"
)

// logged writes how a run goes into the log: a line for each stream every ten seconds, and one when it ends.
type logged struct {
	*tracks
	log   *slog.Logger
	named bool
	stop  chan struct{}
}

func newLogged(log *slog.Logger, t *tracks, named bool) *logged {
	l := &logged{tracks: t, log: log, named: named, stop: make(chan struct{})}
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
		attrs = append(attrs, slog.String("waiting_for", t.wait.For), seconds("seconds_left", left))
	}
	return attrs
}

func (l *logged) Started(stream string, from extract.Position) { l.started(stream, from) }
func (l *logged) Moved(stream string, s pipeline.Step)         { l.moved(stream, s) }
func (l *logged) Waiting(stream string, w extract.Wait)        { l.waiting(stream, w) }
func (l *logged) close()                                       { close(l.stop) }

func (l *logged) Finished(r pipeline.StreamResult) {
	t := l.finished(r)
	attrs := append(t.attrs(), seconds("seconds", t.took))
	switch err := r.Failure(l.named); {
	case errors.Is(err, pipeline.ErrStopped):
		l.log.Warn("stream stopped before its end", attrs...)
	case err != nil:
		l.log.Error("stream failed", append(attrs, problem(err)...)...)
	case r.Unavailable != nil:
		l.log.Info("stream skipped", append(attrs, "reason", r.Unavailable.Reason)...)
	default:
		l.log.Info("stream done", attrs...)
	}
}

// problem is an error with what to do about it.
func problem(err error) []any {
	attrs := []any{"err", err}
	var advice interface{ Hint() string }
	if errors.As(err, &advice) && advice.Hint() != "" {
		attrs = append(attrs, "hint", advice.Hint())
	}
	return attrs
}

// endStatus is how a run ended that left this status behind: one that could not begin, or whose end could not be stored,
// has failed. What can't be published makes a run partial.
func endStatus(left sink.Status, err error) sink.Status {
	stopped := errors.Is(err, pipeline.ErrStopped) || errors.Is(err, context.Canceled)
	switch {
	case stopped && (left == "" || left == sink.Running):
		return sink.Interrupted
	case err == nil, stopped, left == sink.Partial, left == sink.Interrupted:
		return left
	}
	return sink.Failed
}

// logEnd writes the closing line of a run, with every figure. Err is why it could not be executed, ended or published.
func logEnd(log *slog.Logger, r pipeline.Result, named bool, err error, took time.Duration) {
	f := figuresOf(r.Streams)
	if r.Run.Finished.IsZero() {
		r.Run.Status = sink.Failed
	}
	attrs := []any{slog.String("status", string(r.Run.Status)), seconds("seconds", took),
		slog.Int64("read", f.rows.Read), slog.Int64("new", f.rows.Inserted), slog.Int64("changed", f.rows.Updated),
		slog.Int64("unchanged", f.rows.Unchanged), slog.Int64("deleted", f.rows.Deleted), slog.Int("requests", f.requests),
		slog.Int("retries", f.retries), seconds("seconds_waited", f.waited), slog.Int("issues", f.issues)}
	failed := []string{}
	for _, s := range r.Streams {
		if s.Failure(named) != nil {
			failed = append(failed, s.Tables...)
		}
	}
	attrs = append(attrs, slog.Any("tables_failed", failed))
	if err != nil {
		attrs = append(attrs, problem(err)...)
	} else if r.Run.Error != "" {
		attrs = append(attrs, "err", r.Run.Error)
	}
	switch r.Run.Status {
	case sink.Failed, sink.Partial:
		log.Error("run ended", attrs...)
	case sink.Interrupted:
		log.Warn("run ended", attrs...)
	default:
		log.Info("run ended", attrs...)
	}
}
