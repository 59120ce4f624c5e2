package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"desklake/internal/config"
	"desklake/pipeline"
)

type serveCommand struct{}

// Help is shown by --help.
func (*serveCommand) Help() string {
	return `Example: desklake serve

Runs the jobs of the configuration when they are due, one at a time. The sink is open only while a run lasts: in between,
others can open it, and desklake sync works beside it.

A run that was missed while the program was down or the machine slept is made up once, and so is one that was broken off,
unless its job says catch_up: false. SIGHUP reads the configuration again; one with mistakes changes nothing. The first
signal to end (Ctrl-C, SIGTERM) commits what was received and leaves within 20 seconds.`
}

// Once a signal asks the program to end, a run has until hurryAfter to commit in an orderly way, and then to leave with
// what is committed. What does not end at all is left behind: nothing that is committed is lost by that.
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
	until, cancel := a.signals.context(a.ctx)
	defer cancel()
	hurry, cancelHurry := context.WithCancel(a.ctx)
	defer cancelHurry()
	context.AfterFunc(until, func() {
		time.AfterFunc(hurryAfter, cancelHurry)
		time.AfterFunc(leaveAfter, func() { os.Exit(a.signals.code()) })
	})
	s := newService(a, conf, hurry)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.scheduler.Run(until)
	}()
	for {
		select {
		case <-reread:
			s.reread()
		case <-ended:
			a.logger.Info("stopped")
			return &told{pipeline.ErrStopped}
		}
	}
}

// loadJobs loads a configuration with something to run.
func (a *app) loadJobs() (*config.Config, error) {
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

// reread reads the configuration again. What runs goes on with the one with which it began.
func (s *service) reread() {
	conf, err := s.loadJobs()
	if err != nil {
		s.logger.Error("the configuration was not read again: the one before stays", problem(err)...)
		return
	}
	s.scheduler.Replace(s.jobs(conf, nil))
	s.logger.Info("the configuration was read again")
	s.announce(conf)
}

// announce says what will run when.
func (s *service) announce(conf *config.Config) {
	for i, p := range s.scheduler.Jobs() {
		j := conf.Jobs[i]
		attrs := []any{"job", p.Name, "cron", j.Cron, "timezone", j.Timezone}
		if p.Next.After(time.Now()) {
			attrs = append(attrs, "next", p.Next)
		} else {
			attrs = append(attrs, "next", "at once: a run was missed or broken off")
		}
		s.logger.Info("job", attrs...)
	}
}
