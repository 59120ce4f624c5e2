package cli

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"desklake/internal/service"
	"desklake/internal/setup"
	"desklake/pipeline"
)

type serveCommand struct{}

// Help is shown by --help.
func (*serveCommand) Help() string {
	return `Example: desklake serve

Runs the jobs of the configuration when they are due, one at a time. The sink is open only while a run lasts: in between,
others can open it, and desklake sync works beside it.

A time of the day comes once a day: where the clock is set forward over it, at that moment, and where it is set back, the
first time. A schedule of every hour keeps its pace.

A run that was missed while the program was down or the machine slept is made up once, and so is one that was broken off,
unless its job says catch_up: false. SIGHUP reads the configuration again; one with mistakes changes nothing. The first
signal to end (Ctrl-C, SIGTERM) commits what was received and leaves within 20 seconds.`
}

// Once a signal asks the program to end, a run has until hurryAfter to commit in an orderly way, and then to leave with
// what is committed; a message that could not be sent until then is not sent. What does not end at all is left behind:
// nothing that is committed is lost by that.
const (
	hurryAfter = 15 * time.Second
	leaveAfter = 19 * time.Second
)

// Run runs the jobs until a signal ends it.
func (*serveCommand) Run(a *app) error {
	reread := make(chan os.Signal, 1)
	signal.Notify(reread, syscall.SIGHUP)
	conf, err := a.loadJobs()
	if err != nil {
		return err
	}
	hurry, cancelHurry := context.WithCancel(context.WithoutCancel(a.ctx))
	defer cancelHurry()
	context.AfterFunc(a.ctx, func() {
		time.AfterFunc(cmp.Or(a.Hurry, hurryAfter), cancelHurry)
		time.AfterFunc(leaveAfter, func() { os.Exit(a.signals.code()) })
	})
	err = service.Serve(a.ctx, hurry, conf, service.Options{Logger: a.logger, Version: a.Version, CommitRows: a.CommitRows, Load: a.loadJobs, Reread: reread})
	if errors.Is(err, pipeline.ErrStopped) {
		return &told{err}
	}
	return err
}

// loadJobs loads a configuration with something to run.
func (a *app) loadJobs() (*setup.Setup, error) {
	conf, err := a.loadConfig()
	if err == nil && len(conf.Jobs) == 0 {
		err = &noJobs{a.config}
	}
	return conf, err
}

// noJobs is a configuration of which nothing can be run on a schedule.
type noJobs struct{ file string }

func (e *noJobs) Error() string { return e.file + " has no jobs" }

// Hint shows what to write.
func (*noJobs) Hint() string {
	return "Add to it, for a run each night at two: jobs: [{name: nightly, cron: \"0 2 * * *\", timezone: Europe/Berlin}]."
}

// Unwrap makes it a mistake of the command line.
func (e *noJobs) Unwrap() error { return &usageError{errors.New(e.Error())} }
