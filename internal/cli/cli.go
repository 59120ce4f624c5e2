// Package cli is the command line: one file a command, what is printed, and the exit codes.
//
// It knows no concrete source or sink; the program hands it their drivers. Start with Main.
package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"desklake/internal/progress"
	"desklake/internal/setup"
	"desklake/internal/term"

	"github.com/alecthomas/kong"
)

// Program is what the commands are about.
type Program struct {
	Drivers setup.Drivers
	Version string // of desklake

	// CommitRows is Job.CommitRows of each run. Tests that kill the program set it, so that there is much to hit.
	CommitRows int64

	// Hurry is how long serve takes to end in an orderly way; 0 for 15 s.
	Hurry time.Duration
}

// Main executes one command line and returns the exit code.
func Main(p Program, args []string, stdout, stderr io.Writer) int {
	a := &app{Program: p, stdout: term.NewOutput(stdout), stderr: term.NewOutput(stderr)}
	a.ctx, a.signals = watchSignals()
	return a.report(parseAndRun(a, args))
}

// Parse returns what is wrong with a command line, without executing it.
func Parse(args []string) error {
	parser, err := newParser(&app{stdout: io.Discard, stderr: io.Discard}, &cli{})
	if err == nil {
		_, err = parser.Parse(args)
	}
	return err
}

// app is what every command has at hand. Results go to stdout; logs and progress to stderr.
type app struct {
	Program
	ctx            context.Context // ends with the first signal: what is whole is kept, and nothing more begun
	stdout, stderr io.Writer
	signals        *signals
	config         string // the path of the configuration file
	log            *progress.Redirect
	logger         *slog.Logger      // writes to log
	json           bool              // the log is for machines, and so is progress
	model          *kong.Application // the command line, for what describes it
	asked          *term.Questions   // nil before the first one
}

// cli is the command line. Kong fills it and calls Run of the chosen command.
type cli struct {
	Config    string `short:"c" default:"config.yaml" type:"path" help:"The configuration file."`
	Verbose   bool   `short:"v" help:"Log every request."`
	LogFormat string `enum:"auto,text,json" default:"auto" help:"How to write the log: text, json, or auto, which is text on a terminal and json elsewhere."`

	Demo        demoCommand        `cmd:"" help:"Sync a built-in helpdesk into demo.duckdb and answer a few questions: the whole thing without an account."`
	Init        initCommand        `cmd:"" help:"Write a configuration file, with every key explained."`
	Login       loginCommand       `cmd:"" help:"Log in as a user, in the browser."`
	Logout      logoutCommand      `cmd:"" help:"Revoke the login of a user, and forget it."`
	Check       checkCommand       `cmd:"" help:"Show what works, and what would make the rest work."`
	Plan        planCommand        `cmd:"" help:"Show what the next sync would cost, and what it would create."`
	Sync        syncCommand        `cmd:"" help:"Sync now, from where the last run ended."`
	Backfill    backfillCommand    `cmd:"" help:"Read a window of the past again, beside the stored cursors."`
	Serve       serveCommand       `cmd:"" help:"Sync on the schedules of the configuration, until it is stopped."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask a running desklake serve whether it lives."`
	Publish     publishCommand     `cmd:"" help:"Bring the copy for analysts up to date."`
	Status      statusCommand      `cmd:"" help:"Show what each table holds and how fresh it is."`
	Runs        runsCommand        `cmd:"" help:"Show the run history, or what one run did."`
	State       stateCommand       `cmd:"" help:"Show or forget where the streams go on."`
	Views       viewsCommand       `cmd:"" help:"Write a DuckDB file with one view a table over the Parquet files."`
	Tables      tablesCommand      `cmd:"" help:"Show the tables: keys, columns, types, descriptions, routes."`
	Schema      configCommand      `cmd:"" name:"config" help:"Help with the configuration."`
	Completion  completionCommand  `cmd:"" help:"Print what completes the words of a command line in a shell."`
	Complete    completeCommand    `cmd:"" hidden:""`
	Version     versionCommand     `cmd:"" help:"Show the version."`
}

const description = `Copies a helpdesk into tables that analysts can query.

Exit codes: 0 done; 1 unexpected; 2 usage or configuration; 3 credentials or permission; 4 some tables failed, the
others are committed; 5 source unavailable, or its answers unusable; 6 sink; 8 a table is too old; 75 another run has the
sink; 130, 143 stopped by a signal.`

// newParser makes the parser that fills c. Help, in which nobody else has a word, is printed where the app says, as wide as
// that is.
func newParser(a *app, c *cli) (*kong.Kong, error) {
	return kong.New(c, kong.Name("desklake"), kong.Description(description), kong.Writers(term.Raw(a.stdout), term.Raw(a.stderr)),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Exit(func(int) { panic(errHelp) }))
}

// errHelp ends the program after the help was printed.
var errHelp = errors.New("help was asked for")

func parseAndRun(a *app, args []string) (err error) {
	var c cli
	parser, err := newParser(a, &c)
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil && r != any(errHelp) {
			panic(r)
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return &usageError{err}
	}
	a.config, a.model = c.Config, parser.Model
	a.openLog(c.LogFormat, c.Verbose)
	return chosen.Run(a)
}
