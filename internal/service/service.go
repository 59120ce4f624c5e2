// Package service is what desklake serve does: it runs the jobs of a configuration when they are due, shows them on the status
// page, and tells people.
//
// Start with Serve.
package service

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"time"

	"desklake/internal/notify"
	"desklake/internal/progress"
	"desklake/internal/setup"
	"desklake/internal/web"
	"desklake/scheduler"
	"desklake/sink"
)

// Options are what a service needs beside its configuration.
type Options struct {
	Logger     *slog.Logger
	Version    string                       // of desklake
	CommitRows int64                        // Job.CommitRows of each run
	Load       func() (*setup.Setup, error) // reads the configuration again
	Reread     <-chan os.Signal             // when it is to be read again
}

// Serve runs the jobs of a configuration and answers requests until a context ends it: until asks for an orderly end, what is
// under way then has until hurry ends. The error is pipeline.ErrStopped, or why there is no status page.
func Serve(until, hurry context.Context, conf *setup.Setup, o Options) error {
	l, err := listen(conf.Serve)
	if err != nil {
		return err
	}
	return newService(o, conf, until, hurry).serve(until, l)
}

// service is what desklake serve does until it is stopped.
type service struct {
	Options
	hurry     context.Context // ends when a run that was told to stop takes too long
	scheduler *scheduler.Scheduler
	messages  chan message

	sink sync.Mutex // held by whoever has the sink open, a run or a look at it

	mu      sync.Mutex
	conf    *setup.Setup
	refused error                  // why the configuration could not be read again
	last    map[string]web.Outcome // by job
	views   map[string]*view       // by the name of the source, of those of the configuration
}

// view is what is known of a source, and who is told of it.
type view struct {
	board  *web.Board
	report sink.Report // of the sink, when it was looked at last
	seen   time.Time   // when that had changed then
	shownRuns
	notifier *notify.Notifier
}

func newService(o Options, conf *setup.Setup, until, hurry context.Context) *service {
	s := &service{Options: o, hurry: hurry, last: map[string]web.Outcome{}, views: map[string]*view{}, messages: make(chan message, 16+2*len(conf.EverySource()))}
	s.use(conf)
	past, err := s.firstLook(until, conf)
	if err != nil {
		o.Logger.Warn("nothing is made up for: what ran before can't be read", progress.Problem("", err)...)
	}
	for _, j := range conf.Jobs {
		tasks, _ := conf.TasksOf(j)
		if runs := past.last(j.Name, tasks); runs != nil {
			s.last[j.Name] = outcomeOf(runs)
		}
	}
	s.scheduler = scheduler.New(nil, s.jobs(conf, past))
	return s
}

// use makes a configuration the one that counts.
func (s *service) use(conf *setup.Setup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	views := map[string]*view{}
	for _, of := range conf.EverySource() {
		v := s.views[of.Name]
		if v == nil {
			v = &view{board: web.NewBoard(of.Name)}
		}
		if v.notifier == nil || !sameNotify(s.conf, conf) {
			v.notifier = newNotifier(conf, of, s.Version, s.Logger)
		}
		views[of.Name] = v
	}
	s.conf, s.refused, s.views = conf, nil, views
}

// current is the configuration that counts.
func (s *service) current() *setup.Setup {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conf
}

// view is what is known of a source; of one that the configuration does not have any more, nothing that is shown.
func (s *service) view(source string) *view {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.views[source]; v != nil {
		return v
	}
	return &view{board: web.NewBoard(source)}
}
