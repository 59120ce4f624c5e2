package main

import (
	"context"
	"errors"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"desklake/internal/config"
	"desklake/internal/web"
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
// nothing that is committed is lost by that. Tests do not wait that long.
var (
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
	l, err := listen(conf.Serve)
	if err != nil {
		return err
	}
	return newService(a, conf, until, hurry).serve(until, l, reread)
}

// serve runs the jobs and answers requests until a signal ends it, or the status page.
func (s *service) serve(until context.Context, l net.Listener, reread <-chan os.Signal) error {
	s.announce()
	s.logger.Info("the status page is up", "url", "http://"+l.Addr().String())
	until, end := context.WithCancel(until)
	defer end()
	page, endPage := context.WithCancel(s.ctx)
	defer endPage()
	var jobs, messages sync.WaitGroup
	jobs.Go(func() { s.scheduler.Run(until) })
	messages.Go(s.sendMessages)
	pageEnded := make(chan error, 1)
	go func() { pageEnded <- web.Serve(page, l, s.page(), s.logger) }()
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	var broken error
	for broken == nil && until.Err() == nil {
		select {
		case <-until.Done():
		case broken = <-pageEnded:
		case <-reread:
			s.reread()
		case <-minute.C:
			s.lookAgain()
			s.tellStale()
		}
	}
	s.logger.Info("stopping")
	end()
	jobs.Wait()
	close(s.messages)
	messages.Wait()
	if broken != nil {
		return broken
	}
	endPage()
	if err := <-pageEnded; err != nil {
		s.logger.Warn("the status page did not end well", "err", err)
	}
	s.logger.Info("stopped")
	return &told{pipeline.ErrStopped}
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
		s.mu.Lock()
		s.refused = err
		s.mu.Unlock()
		s.logger.Error("the configuration was not read again: the one before stays", problem(err)...)
		return
	}
	if conf.Serve.Listen != s.current().Serve.Listen {
		s.logger.Warn("serve.listen has changed: that needs a restart")
	}
	s.use(conf)
	s.scheduler.Replace(s.jobs(conf, nil))
	s.logger.Info("the configuration was read again")
	s.announce()
}

// announce says what will run when.
func (s *service) announce() {
	conf := s.current()
	for i, p := range s.scheduler.Jobs() {
		j := conf.Jobs[i]
		attrs := []any{"job", p.Name, "cron", j.Cron, "timezone", j.Timezone, "tables", tablesInWords(j.Tables)}
		if p.Next.After(time.Now()) {
			attrs = append(attrs, "next", p.Next)
		} else {
			attrs = append(attrs, "next", "at once: a run was missed or broken off")
		}
		s.logger.Info("job planned", attrs...)
	}
}

func tablesInWords(tables config.Tables) string {
	if tables == nil {
		return "all"
	}
	return strings.Join(tables, ", ")
}
