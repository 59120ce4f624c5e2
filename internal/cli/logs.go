package cli

import (
	"log/slog"

	"desklake/internal/progress"
	"desklake/internal/term"
)

// openLog makes the log: for people on a terminal and for machines elsewhere, unless the format says otherwise.
func (a *app) openLog(format string, verbose bool) {
	a.log = progress.NewRedirect(a.stderr)
	a.json = format == "json" || format == "auto" && term.Of(a.stderr) == nil
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
		attr.Value = progress.Seconds("", attr.Value.Duration()).Value
	}
	return attr
}
