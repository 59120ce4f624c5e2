package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"desklake/internal/config"
	"desklake/pipeline"
	"desklake/scheduler"
	"desklake/sink"
)

// service is what desklake serve does until it is stopped.
type service struct {
	*app
	hurry     context.Context // ends when a run that was told to stop takes too long
	scheduler *scheduler.Scheduler

	sink sync.Mutex // held by whoever has the sink open, a run or a look at it
}

func newService(a *app, conf *config.Config, hurry context.Context) *service {
	s := &service{app: a, hurry: hurry}
	report, err := s.inspect(conf.Sink)
	if err != nil {
		a.logger.Warn("nothing is made up for: what ran before can't be read", problem(err)...)
	}
	s.scheduler = scheduler.New(nil, s.jobs(conf, report.Runs))
	s.announce(conf)
	return s
}

// inspect reads what the sink holds: nothing, if there is none yet.
func (s *service) inspect(c config.Sink) (sink.Report, error) {
	if _, err := os.Stat(c.Path); errors.Is(err, fs.ErrNotExist) {
		return sink.Report{}, nil
	}
	s.sink.Lock()
	defer s.sink.Unlock()
	return sinks[c.Type].inspect(s.ctx, c.Path)
}

// jobs are the jobs of a configuration, with what they did before.
func (s *service) jobs(conf *config.Config, runs []sink.RunReport) []scheduler.Job {
	var jobs []scheduler.Job
	for _, j := range conf.Jobs {
		jobs = append(jobs, scheduler.Job{
			Name: j.Name, Schedule: j.Schedule, Jitter: j.Jitter, CatchUp: j.CatchUp, Past: scheduler.PastOf(j.Name, runs),
			Run: func(stop context.Context, trigger string) { s.run(stop, conf, j, trigger) },
		})
	}
	return jobs
}

// run executes a job once. Whatever goes wrong is logged, and the next run comes when it is due.
func (s *service) run(stop context.Context, conf *config.Config, j config.Job, trigger string) {
	began, log := time.Now(), s.logger.With("job", j.Name)
	result, named, err := s.attempt(stop, conf, j, trigger, &log)
	logEnd(log, result, named, err, time.Since(began))
}

// attempt executes a job once. Log gets the run's id.
func (s *service) attempt(stop context.Context, conf *config.Config, j config.Job, trigger string, log **slog.Logger) (pipeline.Result, bool, error) {
	_, job, err := s.job(conf, j.Tables)
	if err != nil {
		return pipeline.Result{}, false, err
	}
	job.Trigger, job.Stop = trigger, stop.Done()
	s.sink.Lock()
	defer s.sink.Unlock()
	var shown *logged
	result, err := s.execute(s.hurry, stop, execution{open: opener(conf.Source), sink: conf.Sink, job: job, log: *log, begin: func(run begun) pipeline.Progress {
		*log = run.log
		run.log.Info("run began", "trigger", trigger)
		shown = newLogged(run.log, newTracks(run.streams, job.Window), job.Named)
		return shown
	}})
	if shown != nil {
		shown.close()
	}
	return result, job.Named, err
}
