package progress

import (
	"desklake/internal/words"
	"desklake/pipeline"
	"desklake/sink"
	"log/slog"
	"time"
)

// LogEnd writes the closing line of a run, with every figure. Err is why it could not be executed, ended or published.
func LogEnd(log *slog.Logger, r pipeline.Result, job pipeline.Job, err error, took time.Duration) {
	f := FiguresOf(r.Streams)
	attrs := []any{slog.String("status", string(r.Run.Status)), Seconds("seconds", took),
		slog.Int64("read", f.Rows.Read), slog.Int64("new", f.Rows.Inserted), slog.Int64("changed", f.Rows.Updated),
		slog.Int64("unchanged", f.Rows.Unchanged), slog.Int64("deleted", f.Rows.Deleted), slog.Int("requests", f.Requests),
		slog.Int("retries", f.Retries), Seconds("seconds_waited", f.Waited), slog.Int("issues", f.Issues)}
	failed := []string{}
	for _, s := range r.Streams {
		if s.Failure(job.Named) != nil {
			failed = append(failed, s.Tables...)
		}
	}
	attrs = append(attrs, slog.Any("tables_failed", failed))
	if err != nil {
		attrs = append(attrs, Problem(job.Source, err)...)
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

// figures are what a run did to all tables, and what it cost.
type figures struct {
	Rows     sink.Counts
	Requests int
	Retries  int
	Waited   time.Duration // in all streams together
	Issues   int           // kinds of them
}

// FiguresOf sums up the streams of a run.
func FiguresOf(streams []pipeline.StreamResult) (f figures) {
	for _, s := range streams {
		for _, n := range s.Counts {
			f.Rows.Add(n)
		}
		f.Requests += s.Requests
		f.Retries += s.Retries
		f.Waited += s.Waited
		f.Issues += s.Issues
	}
	return f
}

// Problem is an error with what to do about it. Source is the name of the one of several sources that it is about, else empty.
func Problem(source string, err error) []any {
	attrs := []any{"err", err}
	if hint := words.InSource(words.Hint(err), source); hint != "" {
		attrs = append(attrs, "hint", hint)
	}
	return attrs
}
