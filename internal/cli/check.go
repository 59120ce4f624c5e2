package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"desklake/extract"
	"desklake/internal/config"
	"desklake/internal/setup"
	"desklake/internal/term"
	"desklake/internal/words"
	"desklake/pipeline"
	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

type checkCommand struct {
	sourceFlag

	JSON bool `help:"Print JSON."`
}

// checkRow is one thing that was looked at, as --json prints it.
type checkRow struct {
	Source  string `json:"source,omitempty"` // its name, where sources have names; empty for what is of none
	Subject string `json:"subject"`          // configuration, sink, credential, expiry, role, limits, or a stream
	State   string `json:"state"`            // ok, warning or failed
	Found   string `json:"found"`
	Advice  string `json:"advice"` // what would make it work, or better; empty where there is nothing to do
}

// Help is shown by --help.
func (*checkCommand) Help() string {
	return `Example: desklake check

Looks at the configuration, the destination, the credential and each stream, with about one request each, and says what
would make the rest work. Nothing is written but a renewed login. The exit code is 0 if a sync can be expected to
succeed.`
}

// checkPatience is how long one request of a check is tried.
const checkPatience = 75 * time.Second

// Run prints a table of what works. Its error is the first that would end a sync.
func (c *checkCommand) Run(a *app) error {
	rows, err := c.check(a)
	show := printChecks
	if c.JSON {
		show = func(w io.Writer, rows []checkRow) error { return term.JSON(w, rows) }
	}
	invalid := (*config.Error)(nil)
	if failed := show(a.stdout, rows); failed != nil {
		return failed
	} else if err == nil || errors.As(err, &invalid) { // which has more to say
		return err
	}
	return &told{err}
}

// check looks at everything. Its error is the first that would end a sync; of several sources, what they agree on.
func (c *checkCommand) check(a *app) (rows []checkRow, err error) {
	conf, sources, err := c.choose(a)
	var unknown *setup.UnknownSource
	switch {
	case errors.As(err, &unknown):
		return nil, err
	case err != nil:
		return []checkRow{newCheckRow(extract.Finding{Subject: "configuration", Found: mistakes(err), Err: err})}, err
	}
	rows = append(rows, newCheckRow(extract.Finding{Subject: "configuration", Found: a.config}))
	e := &sourcesError{}
	for _, s := range sources {
		its, first := a.checkSource(conf, s)
		if rows = append(rows, its...); len(sources) == 1 {
			return rows, first
		}
		if e.codes = append(e.codes, a.exitCode(first)); first != nil {
			e.bad++
			err = e
		}
	}
	return rows, err
}

func (a *app) checkSource(conf *setup.Setup, s *setup.Source) (rows []checkRow, first error) {
	add := func(f extract.Finding) {
		f.Advice = words.InSource(f.Advice, s.Name)
		row := newCheckRow(f)
		row.Source = s.Name
		rows, first = append(rows, row), firstError(first, f.Err)
	}
	job := s.Job(nil)
	source, err := s.OpenHastily(s.Logger(a.logger), checkPatience)
	if err != nil {
		add(extract.Finding{Subject: "source", Found: err.Error(), Err: err})
		return rows, first
	}
	catalog, err := source.Discover(a.ctx)
	if err != nil {
		catalog = s.Catalog() // what keeps the source from telling is told below
	}
	streams := catalog.Select(job.Tables)
	add(a.checkSink(conf, s.Destination(), streams, func(stored map[string]state.Checkpoint) error {
		_, err := job.Plan(source.Scope(), catalog, stored)
		return err
	}))
	checker, ok := source.(extract.Checker)
	if !ok {
		return rows, first
	}
	for _, f := range checker.Check(a.ctx, streams, a.tellWaits()) {
		var lacking *extract.Unavailable
		if errors.As(f.Err, &lacking) && !job.Named { // a sync leaves it out
			f.Found, f.Err = "left out: "+f.Found, nil
		}
		add(f)
	}
	return rows, first
}

func newCheckRow(f extract.Finding) checkRow {
	row := checkRow{Subject: f.Subject, State: "ok", Found: f.Found, Advice: f.Advice}
	switch {
	case f.Err != nil:
		row.State = "failed"
	case f.Advice != "":
		row.State = "warning"
	}
	return row
}

func firstError(first, next error) error {
	if first != nil {
		return first
	}
	return next
}

func mistakes(err error) string {
	var invalid *config.Error
	if errors.As(err, &invalid) {
		return fmt.Sprintf("%s: %d %s", invalid.File, invalid.Count(), words.Plural(invalid.Count(), "mistake"))
	}
	return err.Error()
}

// checkSink says what a run would find at the destination. Whose says whether its rows are those of the account.
func (a *app) checkSink(conf *setup.Setup, destination sink.Destination, streams []extract.Stream, whose func(map[string]state.Checkpoint) error) extract.Finding {
	f := extract.Finding{Subject: "sink", Found: fmt.Sprintf("%s (%s)", destination.Location(), conf.Sink.Type)}
	var tables []*schema.Table
	for _, s := range streams {
		tables = append(tables, s.Tables...)
	}
	changes, err := destination.Changes(a.ctx, tables)
	if err == nil {
		err = destination.Check()
	}
	if err == nil {
		var stored map[string]state.Checkpoint
		if stored, err = a.checkpoints(destination); err == nil {
			err = whose(stored)
		}
	}
	if published, ok := destination.(sink.Published); ok && published.Copy() != "" {
		f.Found += ", published as " + published.Copy()
	}
	var other *pipeline.OtherAccount
	if err != nil {
		if f.Found, f.Err = err.Error(), err; !errors.As(err, &other) {
			f.Err = &pipeline.SinkError{Err: err}
		}
		f.Advice = words.Hint(err)
	} else if len(changes) > 0 && changes[0].Table == "" {
		f.Found += ", will be created"
	}
	return f
}

// printChecks prints the table, and below it what to do.
func printChecks(w io.Writer, rows []checkRow) error {
	g := newSourceGrid(slices.ContainsFunc(rows, func(r checkRow) bool { return r.Source != "" }), "", "", "")
	colours := map[string]term.Colour{"ok": term.Green, "warning": term.Yellow, "failed": term.Red}
	for _, r := range rows {
		g.add(r.Source, r.Subject, term.In(colours[r.State], r.State), r.Found)
	}
	if err := g.Write(w); err != nil {
		return err
	}
	subjects := map[string][]string{} // by advice
	for _, r := range rows {
		subjects[r.Advice] = append(subjects[r.Advice], strings.TrimSpace(r.Source+" "+r.Subject))
	}
	delete(subjects, "")
	if len(subjects) > 0 {
		fmt.Fprintln(w)
	}
	for _, r := range rows {
		if about := subjects[r.Advice]; about != nil {
			fmt.Fprintf(w, "%s: %s\n", strings.Join(about, ", "), words.Sentence(r.Advice))
			delete(subjects, r.Advice)
		}
	}
	return nil
}
