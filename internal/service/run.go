package service

import (
	"context"
	"log/slog"
	"time"

	"desklake/extract"
	"desklake/internal/health"
	"desklake/internal/notify"
	"desklake/internal/progress"
	"desklake/internal/setup"
	"desklake/internal/web"
	"desklake/pipeline"
	"desklake/scheduler"
	"desklake/sink"
)

// jobs are the jobs of a configuration, with what they did before.
func (s *service) jobs(conf *setup.Setup, past history) []scheduler.Job {
	var jobs []scheduler.Job
	for _, j := range conf.Jobs {
		tasks, _ := conf.TasksOf(j) // what is wrong is told when it runs
		jobs = append(jobs, scheduler.Job{
			Name: j.Name, Schedule: j.Schedule, Jitter: j.Jitter, CatchUp: j.CatchUp, Past: past.of(j.Name, tasks),
			Run: func(stop context.Context, trigger string) { s.run(stop, conf, j, trigger) },
		})
	}
	return jobs
}

// run executes a job once: a run for each of its sources, one after another. Whatever goes wrong is logged and told, keeps no
// other source from being read, and the next run comes when it is due.
func (s *service) run(stop context.Context, conf *setup.Setup, j setup.Job, trigger string) {
	tasks, err := conf.TasksOf(j)
	if err != nil {
		s.Logger.Error("job can't be run", append(progress.Problem("", err), "job", j.Name)...)
	}
	whole := err == nil
	runs := []sink.Run{}
	for _, t := range tasks {
		if len(runs) > 0 && stop.Err() != nil {
			runs = append(runs, sink.Run{Status: sink.Interrupted, Finished: time.Now()})
			break
		}
		run, err := s.runOne(stop, j, t, trigger)
		runs, whole = append(runs, run), whole && err == nil
	}
	end := outcomeOf(runs)
	s.mu.Lock()
	s.last[j.Name] = end
	s.mu.Unlock()
	if whole {
		s.tell(tasks[0].Name, func(ctx context.Context, n *notify.Notifier) { n.Succeeded(ctx, runs) })
	}
}

// runOne executes one task of a job.
func (s *service) runOne(stop context.Context, j setup.Job, t setup.Task, trigger string) (sink.Run, error) {
	began := time.Now()
	result, log, err := s.attempt(stop, j, t, trigger)
	progress.LogEnd(log, result, t.Job, err, time.Since(began))

	if result.Run.Started.IsZero() { // it could not have the sink
		result.Run.Started = began.UTC()
	}
	s.view(t.Name).board.Ended(result, nil)
	report, unread := s.look(t.Source)
	if unread != nil {
		log.Warn("the sink can't be read after the run", progress.Problem(t.Name, unread)...)
	}
	s.tell(t.Name, func(ctx context.Context, n *notify.Notifier) { tellRun(ctx, n, result, report.Runs, err) })
	return result.Run, err
}

// attempt executes a task once. The log tells the run, if there was one.
func (s *service) attempt(stop context.Context, j setup.Job, t setup.Task, trigger string) (result pipeline.Result, log *slog.Logger, err error) {
	log = t.Logger(s.Logger.With("job", j.Name))
	job, board, destination := t.Job, s.view(t.Name).board, t.Destination()
	job.Trigger, job.Stop, job.Version, job.CommitRows, job.Responded = trigger, stop.Done(), s.Version, s.CommitRows, board.Responded
	s.sink.Lock()
	defer s.sink.Unlock()
	var shown progress.Progress
	result, err = pipeline.Execute(s.hurry, pipeline.Execution{
		Open: t.Open, Destination: destination, Job: job, Log: log, Patience: stop, Waiting: tellLocked(destination, log),
		Begin: func(plan pipeline.Plan, its *slog.Logger) pipeline.Progress {
			log = its
			log.Info("run began", "trigger", trigger)
			board.Began(j.Name, plan)
			shown = progress.NewLogged(log, plan, job)
			return both{shown, board}
		}})
	if shown != nil {
		shown.Close()
	}
	return result, log, err
}

// outcomeOf is how the runs of a job went, as one.
func outcomeOf(runs []sink.Run) (o web.Outcome) {
	var all []sink.Status
	for _, r := range runs {
		if all = append(all, r.Status); r.Finished.After(o.At) {
			o.At = r.Finished
		}
		if o.Error == "" {
			o.Error = r.Error
		}
	}
	if o.Status = sink.Failed; len(all) > 0 {
		o.Status = health.Together(all)
	}
	return o
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
