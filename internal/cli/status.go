package cli

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"desklake/extract"
	"desklake/internal/health"
	"desklake/internal/setup"
	"desklake/internal/term"
	"desklake/internal/words"
	"desklake/sink"
)

type statusCommand struct {
	sourceFlag

	MaxAge time.Duration `placeholder:"26h" help:"End with exit code 8 if a table was not read to its end for longer than this."`
	JSON   bool          `help:"Print JSON."`
}

// statusReport is what --json prints. Times are RFC 3339 in UTC and null where there is none.
type statusReport struct {
	Source  string      `json:"source,omitempty"` // its name, where sources have names
	Tables  []statusRow `json:"tables"`
	LastRun *lastRun    `json:"last_run"` // null before the first one
	Issues  int64       `json:"issues"`   // rows in desklake.issues

	// CredentialEnds is when the credential ends unless it is renewed before; null where it does not, or where only the
	// helpdesk could tell.
	CredentialEnds  *time.Time `json:"credential_ends"`
	CredentialError string     `json:"credential_error"` // why there is none; empty if there is one

	renewed bool // by each run
}

// statusRow is one table.
type statusRow struct {
	Table    string     `json:"table"`
	Rows     int64      `json:"rows"`      // live ones
	Deleted  int64      `json:"deleted"`   // gone at the source
	Stream   string     `json:"stream"`    // that fills the table
	Cursor   string     `json:"cursor"`    // where the stream continues; empty for one that is read whole each time
	UpTo     *time.Time `json:"up_to"`     // the latest source-side time among the rows
	LoadedAt *time.Time `json:"loaded_at"` // when rows were committed last
	FreshAt  *time.Time `json:"fresh_at"`  // when it was read to its end last
	State    string     `json:"state"`     // fresh, stale, failed, never, unavailable or unconfigured, as on the status page
	Error    string     `json:"error"`     // why it failed or is not available
	Run      string     `json:"run"`       // the run that did
	Status   string     `json:"status"`    // of that run
}

// lastRun is the latest run; desklake runs tells more.
type lastRun struct {
	Run     string    `json:"run"`
	Started time.Time `json:"started"`
	Status  string    `json:"status"`
	Error   string    `json:"error"` // empty unless it failed
}

// Help is shown by --help.
func (*statusCommand) Help() string {
	return `Example: desklake status --json

"up to" is the latest change among a table's rows, by the helpdesk's clock in UTC; "read" is when the table was last read
to its end, whether there was anything new or not. A table that is read whole each time has no "up to". The state is that
of the status page: by the schedules of the jobs, or without one stale after 26 hours.

With --max-age it is a check for cron or a monitoring system: the exit code is 8 if a table was not read to its end for
longer than that, or never was. A table that the account does not have does not count.`
}

// Run prints a line a table.
func (c *statusCommand) Run(a *app) error {
	if c.MaxAge < 0 {
		return &usageError{errors.New("--max-age: must be more than zero, such as 26h")}
	}
	conf, sources, err := c.choose(a)
	if err != nil {
		return err
	}
	now, old := time.Now(), &stale{maxAge: c.MaxAge}
	var all []statusReport
	err = a.inspect(sources, sink.Look{}, func(s *setup.Source, r sink.Report) {
		status := newStatus(r, s.Selected(), s.Schedules(conf.Jobs), now)
		status.Source = s.Name
		status.lookAtCredential(s)
		all = append(all, status)
		old.add(s.Name, health.Overdue(r, s.Selected(), c.MaxAge, now), now)
	})
	switch {
	case err != nil:
		return err
	case c.JSON && named(sources):
		err = term.JSON(a.stdout, all)
	case c.JSON:
		err = term.JSON(a.stdout, all[0])
	default:
		err = printStatus(a.stdout, named(sources), all, now)
	}
	a.tellUnnamed(conf)
	if err != nil || c.MaxAge == 0 || old.tables == nil {
		return err
	}
	return old
}

func newStatus(r sink.Report, wanted []string, schedules []health.Schedule, now time.Time) statusReport {
	s := statusReport{Tables: []statusRow{}, Issues: r.Issues}
	for _, t := range r.Tables {
		c := r.Checkpoints[t.Stream]
		s.Tables = append(s.Tables, statusRow{Table: t.Name, Rows: t.Rows, Deleted: t.Deleted, Stream: t.Stream, Cursor: c.Cursor,
			UpTo: orNull(c.HighWater), LoadedAt: orNull(t.LoadedAt), FreshAt: orNull(health.FreshAt(t, now)), Run: t.LastRunID, Status: string(t.LastStatus),
			State: string(health.Of(t, wanted, health.LateAt(t, schedules), now)), Error: t.Error})
	}
	if last := r.LastRun; last != nil {
		s.LastRun = &lastRun{Run: last.ID, Started: last.Started, Status: string(last.Status), Error: last.Error}
	}
	return s
}

// lookAtCredential adds what is known of the credential without a request.
func (s *statusReport) lookAtCredential(of *setup.Source) {
	source, err := of.Open(slog.New(slog.DiscardHandler))
	if err == nil {
		if expirer, ok := source.(extract.Expirer); ok {
			var ends time.Time
			ends, err = expirer.Expiry()
			s.CredentialEnds, s.renewed = orNull(ends), expirer.Renews()
		}
	}
	if err != nil {
		s.CredentialError = err.Error()
	}
}

func printStatus(w io.Writer, named bool, all []statusReport, now time.Time) error {
	g := newSourceGrid(named, "table", ">rows", ">deleted", "up to", "read", "state")
	for _, s := range all {
		for _, r := range s.Tables {
			g.add(s.Source, r.Table, r.Rows, r.Deleted, words.Day(r.UpTo), words.Ago(r.FreshAt, now), stateCell(health.State(r.State)))
		}
	}
	if err := g.Write(w); err != nil {
		return err
	}
	for _, s := range all {
		if named {
			fmt.Fprintf(w, "\n%s", s.Source)
			if s.LastRun == nil {
				fmt.Fprint(w, ": no run yet\n")
			}
		}
		s.printRest(w, now)
	}
	return nil
}

// printRest prints what is not about single tables.
func (s statusReport) printRest(w io.Writer, now time.Time) {
	if last := s.LastRun; last != nil {
		fmt.Fprintf(w, "\nlast run %s: ", last.Run)
		statusCell(sink.Status(last.Status)).Print(w)
		fmt.Fprintf(w, ", started %s", words.Ago(&last.Started, now))
		if last.Error != "" {
			fmt.Fprintf(w, ": %s", last.Error)
		}
		fmt.Fprintln(w)
	}
	if s.Issues > 0 {
		fmt.Fprintf(w, "%s %s of issues: FROM desklake.issues\n", words.Thousands(s.Issues), words.Plural(s.Issues, "kind"))
	}
	if s.CredentialError != "" {
		fmt.Fprintf(w, "credential: %s\n", s.CredentialError)
	} else if ends := s.CredentialEnds; ends != nil {
		fmt.Fprintf(w, "the credential ends %s, in %d days", words.Day(ends), max(0, int(ends.Sub(now)/(24*time.Hour))))
		if s.renewed {
			fmt.Fprint(w, ", unless it is used before")
		}
		fmt.Fprintln(w)
	}
}

// stateCell is a state in the colour of how bad it is.
func stateCell(s health.State) term.Cell {
	switch s {
	case health.Fresh:
		return term.In(term.Green, string(s))
	case health.Failed:
		return term.In(term.Red, string(s))
	case health.Stale, health.Never:
		return term.In(term.Yellow, string(s))
	}
	return term.In(term.Plain, string(s))
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
