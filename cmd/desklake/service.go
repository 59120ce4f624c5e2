package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"desklake/extract"
	"desklake/internal/config"
	"desklake/internal/notify"
	"desklake/internal/web"
	"desklake/pipeline"
	"desklake/scheduler"
	"desklake/sink"
)

// service is what desklake serve does until it is stopped.
type service struct {
	*app
	hurry     context.Context // ends when a run that was told to stop takes too long
	scheduler *scheduler.Scheduler
	board     *web.Board
	messages  chan func(context.Context, *notify.Notifier)

	sink sync.Mutex // held by whoever has the sink open, a run or a look at it

	mu       sync.Mutex
	conf     *config.Config
	refused  error                  // why the configuration could not be read again
	last     map[string]web.Outcome // by job
	report   sink.Report            // of the sink, when it was looked at last
	seen     time.Time              // when it had changed then
	notifier *notify.Notifier
}

func newService(a *app, conf *config.Config, until, hurry context.Context) *service {
	s := &service{app: a, hurry: hurry, board: web.NewBoard(version()), last: map[string]web.Outcome{},
		messages: make(chan func(context.Context, *notify.Notifier), 16)}
	runs, err := s.firstLook(until, conf.Sink, conf.Jobs)
	if err != nil {
		a.logger.Warn("nothing is made up for: what ran before can't be read", problem(err)...)
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
func (s *service) use(conf *config.Config) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conf == nil || !sameNotify(s.conf, conf) {
		s.notifier = newNotifier(conf, s.logger)
	}
	s.conf, s.refused = conf, nil
}

// current is the configuration that counts.
func (s *service) current() *config.Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conf
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

// run executes a job once. Whatever goes wrong is logged and told, and the next run comes when it is due.
func (s *service) run(stop context.Context, conf *config.Config, j config.Job, trigger string) {
	began := time.Now()
	result, named, log, err := s.attempt(stop, conf, j, trigger)
	logEnd(log, result, named, err, time.Since(began))

	result.Run.Status = endStatus(result.Run.Status, err)
	if result.Run.Started.IsZero() { // it could not have the sink
		result.Run.Started = began.UTC()
	}
	s.board.Ended(result, nil)
	end := web.Outcome{At: time.Now(), Status: result.Run.Status, Error: result.Run.Error}
	if err != nil {
		end.Error = err.Error()
	}
	s.mu.Lock()
	s.last[j.Name] = end
	s.mu.Unlock()

	report, unread := s.look(conf.Sink)
	if unread != nil {
		log.Warn("the sink can't be read after the run", problem(unread)...)
	}
	s.tell(func(ctx context.Context, n *notify.Notifier) { tellRun(ctx, n, result, report.Runs, err) })
}

// attempt executes a job once. Named is its Job.Named; the log tells the run, if there was one.
func (s *service) attempt(stop context.Context, conf *config.Config, j config.Job, trigger string) (result pipeline.Result, named bool, log *slog.Logger, err error) {
	log = s.logger.With("job", j.Name)
	_, job, err := s.job(conf, j.Tables)
	if err != nil {
		return result, false, log, err
	}
	job.Trigger, job.Stop = trigger, stop.Done()
	s.sink.Lock()
	defer s.sink.Unlock()
	var shown *logged
	ctx := extract.WithResponses(s.hurry, s.board.Responded)
	result, err = s.execute(ctx, stop, execution{open: opener(conf.Source), sink: conf.Sink, job: job, log: log, begin: func(b begun) pipeline.Progress {
		log = b.log
		log.Info("run began", "trigger", trigger)
		s.board.Began(j.Name, streamNames(b.streams))
		shown = newLogged(log, newTracks(b.streams, job.Window), job.Named)
		return both{shown, s.board}
	}})
	if shown != nil {
		shown.close()
	}
	return result, job.Named, log, err
}

func streamNames(streams []extract.Stream) (names []string) {
	for _, s := range streams {
		names = append(names, s.Name)
	}
	return names
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
