package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"desklake/extract"
	"desklake/internal/config"
	"desklake/internal/setup"
	"desklake/internal/words"
	"desklake/pipeline"
	"desklake/sink"
)

type backfillCommand struct {
	oneSourceFlag

	Tables  []string `arg:"" optional:"" name:"table" help:"The tables to read again; all that have a window when none is named."`
	From    string   `required:"" placeholder:"TIME" help:"The beginning of the window, such as 2024-01-01 or 2024-01-01T06:00:00Z, in UTC."`
	To      string   `placeholder:"TIME" help:"The end of the window, which is not part of it; now unless given."`
	Restart bool     `help:"Begin at --from again, also if a backfill from there was broken off."`
}

// Help is shown by --help.
func (*backfillCommand) Help() string {
	return `Example: desklake backfill --from 2024-01-01 --to 2024-04-01 tickets

Reads what changed last within a window again, beside the stored cursors, which stay as they are. An older version never
takes the place of a newer one, and reading anything twice changes nothing. One that was broken off goes on where it was
when it is given the same --from. Tables that are read whole by each sync, such as groups, have no window. A window may
begin before the start date of the configuration.`
}

// Run reads the window.
func (c *backfillCommand) Run(a *app) error {
	window, err := c.window(time.Now())
	if err != nil {
		return &usageError{err}
	}
	conf, source, err := c.choose(a)
	if err != nil {
		return err
	}
	tasks, err := setup.Tasks([]*setup.Source{source}, c.Tables)
	if err != nil {
		return err
	}
	job := &tasks[0].Job
	job.Beside, job.Window, job.FullRefresh = nil, window, c.Restart
	if job.Tables, err = c.withWindows(a, source.Catalog(), job.Tables); err != nil {
		return err
	}
	job.Trigger = sink.ByBackfill(window.From, window.To)
	return a.sync(conf, tasks)
}

func (c *backfillCommand) window(now time.Time) (w extract.Window, err error) {
	if w.From, err = parseWhen(c.From); err != nil {
		return w, fmt.Errorf("--from: %q %w", c.From, err)
	}
	w.To = now.UTC().Truncate(time.Second)
	if c.To != "" {
		if w.To, err = parseWhen(c.To); err != nil {
			return w, fmt.Errorf("--to: %q %w", c.To, err)
		}
	}
	switch {
	case w.From.Unix() < 0:
		return w, errors.New("--from: there is nothing before 1970")
	case w.To.After(now):
		return w, fmt.Errorf("--to: %s is in the future", c.To)
	case !w.From.Before(w.To):
		return w, errors.New("the window is empty: --from must be before --to")
	}
	return w, nil
}

// parseWhen reads a day or a point in time.
func parseWhen(text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	return config.ParseTime(text)
}

// withWindows leaves out the tables that are read whole each time; one that was asked for by name is a mistake.
func (c *backfillCommand) withWindows(a *app, catalog extract.Catalog, tables []string) (with []string, err error) {
	var whole []string
	for _, s := range catalog.Select(tables) {
		into := &with
		if s.Pass {
			into = &whole
		}
		for _, t := range s.Tables {
			if !slices.Contains(*into, t.Name) {
				*into = append(*into, t.Name)
			}
		}
	}
	const why = "read whole by each sync and has no window"
	for _, name := range c.Tables {
		if slices.Contains(whole, name) {
			return nil, &usageError{fmt.Errorf("%s is %s: desklake sync %s reads it again", name, why, name)}
		}
	}
	if len(whole) > 0 {
		fmt.Fprintf(a.stderr, "left out: %s: each is %s\n", strings.Join(whole, ", "), why)
	}
	return with, nil
}

// tellResumed says which streams go on with a backfill that was broken off.
func (a *app) tellResumed(job pipeline.Job, plan pipeline.Plan, log *slog.Logger) {
	if job.Window.IsZero() {
		return
	}
	for _, s := range plan.Streams {
		switch {
		case s.From.Cursor == "":
		case a.json:
			log.Info("backfill goes on where it was broken off", "stream", s.Name, "at", s.From.HighWater, "from", job.Window.From)
		default:
			fmt.Fprintf(a.stderr, "%s goes on at %s, where its backfill from %s was broken off; --restart begins anew\n",
				s.Name, words.Day(orNull(s.From.HighWater)), words.Day(&job.Window.From))
		}
	}
}
