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

	"desklake/extract"
	"desklake/internal/notify"
	"desklake/internal/progress"
	"desklake/internal/setup"
	"desklake/internal/web"
	"desklake/pipeline"
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
	board     *web.Board
	messages  chan func(context.Context, *notify.Notifier)

	sink sync.Mutex // held by whoever has the sink open, a run or a look at it

	mu      sync.Mutex
	conf    *setup.Setup
	refused error                  // why the configuration could not be read again
	last    map[string]web.Outcome // by job
	report  sink.Report            // of the sink, when it was looked at last
	seen    time.Time              // when it had changed then
	shownRuns
	notifier *notify.Notifier
}

func newService(o Options, conf *setup.Setup, until, hurry context.Context) *service {
	s := &service{Options: o, hurry: hurry, board: web.NewBoard(o.Version), last: map[string]web.Outcome{},
		messages: make(chan func(context.Context, *notify.Notifier), 16)}
	runs, err := s.firstLook(until, conf)
	if err != nil {
		o.Logger.Warn("nothing is made up for: what ran before can't be read", progress.Problem(err)...)
	}
	for _, j := range conf.Jobs {
		if run := scheduler.LastOf(j.Name, runs); run != nil {
			s.last[j.Name] = web.Outcome{At: run.Finished, Status: run.Status, Error: run.Error}
		}
	}
	s.use(conf)
	s.scheduler = scheduler.New(nil, s.jobs(conf, runs))
	return s
}

// use makes a configuration the one that counts.
func (s *service) use(conf *setup.Setup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conf == nil || !sameNotify(s.conf, conf) {
		s.notifier = newNotifier(conf, s.Version, s.Logger)
	}
	s.conf, s.refused = conf, nil
}

// current is the configuration that counts.
func (s *service) current() *setup.Setup {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conf
}

// jobs are the jobs of a configuration, with what they did before.
func (s *service) jobs(conf *setup.Setup, runs []sink.RunReport) []scheduler.Job {
	var jobs []scheduler.Job
	for _, j := range conf.Jobs {
		jobs = append(jobs, scheduler.Job{
			Name: j.Name, Schedule: j.Schedule, Jitter: j.Jitter, CatchUp: j.CatchUp, Past: scheduler.PastOf(j.Name, runs),
			Run: func(stop context.Context, trigger string) { s.run(stop, conf, j, trigger) },
		})
	}
	return jobs
}

// run executes a job once. Whatever goes wrong is logged and told, and the next run comes when it is due.
func (s *service) run(stop context.Context, conf *setup.Setup, j setup.Job, trigger string) {
	began := time.Now()
	result, named, log, err := s.attempt(stop, conf, j, trigger)
	progress.LogEnd(log, result, named, err, time.Since(began))

	if result.Run.Started.IsZero() { // it could not have the sink
		result.Run.Started = began.UTC()
	}
	s.board.Ended(result, nil)
	end := web.Outcome{At: time.Now(), Status: result.Run.Status, Error: result.Run.Error}
	s.mu.Lock()
	s.last[j.Name] = end
	s.mu.Unlock()

	report, unread := s.look(conf)
	if unread != nil {
		log.Warn("the sink can't be read after the run", progress.Problem(unread)...)
	}
	s.tell(func(ctx context.Context, n *notify.Notifier) { tellRun(ctx, n, result, report.Runs, err) })
}

// attempt executes a job once. Named is its Job.Named; the log tells the run, if there was one.
func (s *service) attempt(stop context.Context, conf *setup.Setup, j setup.Job, trigger string) (result pipeline.Result, named bool, log *slog.Logger, err error) {
	log = s.Logger.With("job", j.Name)
	job, err := conf.Job(j.Tables)
	if err != nil {
		result.Run.Status, result.Run.Error = sink.Failed, err.Error()
		return result, false, log, err
	}
	job.Trigger, job.Stop, job.Version, job.CommitRows = trigger, stop.Done(), s.Version, s.CommitRows
	s.sink.Lock()
	defer s.sink.Unlock()
	var shown progress.Progress
	job.Responded = s.board.Responded
	result, err = pipeline.Execute(s.hurry, pipeline.Execution{
		Open: conf.OpenSource, Destination: conf.Destination(), Job: job, Log: log, Patience: stop, Waiting: tellLocked(conf, log),
		Begin: func(plan pipeline.Plan, its *slog.Logger) pipeline.Progress {
			log = its
			log.Info("run began", "trigger", trigger)
			s.board.Began(j.Name, plan)
			shown = progress.NewLogged(log, plan, job)
			return both{shown, s.board}
		}})
	if shown != nil {
		shown.Close()
	}
	return result, job.Named, log, err
}

// both tell two how a run goes.
type both [2]pipeline.Progress

func (b both) each(tell func(pipeline.Progress)) {
	for _, p := range b {
		tell(p)
	}
}

func (b both) Started(stream string, from extract.Position) {
	b.each(func(p pipeline.Progress) { p.Started(stream, from) })
}

func (b both) Moved(stream string, step pipeline.Step) {
	b.each(func(p pipeline.Progress) { p.Moved(stream, step) })
}

func (b both) Waiting(stream string, wait extract.Wait) {
	b.each(func(p pipeline.Progress) { p.Waiting(stream, wait) })
}

func (b both) Finished(r pipeline.StreamResult) {
	b.each(func(p pipeline.Progress) { p.Finished(r) })
}
