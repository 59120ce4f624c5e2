package main

import (
	"log/slog"
	"time"
)

// openLog makes the log: for people on a terminal and for machines elsewhere, unless the format says otherwise.
func (a *app) openLog(format string, verbose bool) {
	a.log = &redirect{to: a.stderr}
	a.json = format == "json" || format == "auto" && terminal(a.stderr) == nil
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if verbose {
		options.Level = slog.LevelDebug
	}
	if a.json {
		options.ReplaceAttr = inSeconds
		a.logger = slog.New(slog.NewJSONHandler(a.log, options))
	} else {
		a.logger = slog.New(slog.NewTextHandler(a.log, options))
	}
}

// inSeconds writes durations as seconds, which slog would write as nanoseconds.
func inSeconds(_ []string, attr slog.Attr) slog.Attr {
	if attr.Value.Kind() == slog.KindDuration {
		attr.Value = seconds("", attr.Value.Duration()).Value
	}
	return attr
}

// seconds is a duration to the millisecond.
func seconds(key string, d time.Duration) slog.Attr {
	return slog.Float64(key, float64(d.Milliseconds())/1000)
}
