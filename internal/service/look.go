package service

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"desklake/internal/setup"
	"desklake/internal/web"
	"desklake/scheduler"
	"desklake/sink"
)

// firstLook waits for a sink that another process has, as a run would: what ran before says what is to be made up for. It
// returns runs among which is the last one of each job, if there is one.
func (s *service) firstLook(until context.Context, conf *setup.Setup) (history, error) {
	all := history{}
	var failed error
	for _, of := range conf.EverySource() {
		d := of.Destination()
		err := sink.Await(until, d.LockWait(), tellLocked(d, s.Logger), func() (err error) {
			all[of.Name], err = s.past(conf, of)
			return err
		})
		failed = cmp.Or(failed, err)
	}
	return all, failed
}

// past puts what the sink holds of a source on its board, and returns the runs that are shown there; those of the whole history
// where a job has none among them.
func (s *service) past(conf *setup.Setup, of *setup.Source) ([]sink.RunReport, error) {
	r, err := s.look(of)
	known := func(j setup.Job) bool { return scheduler.LastOf(j.Name, r.Runs) != nil }
	if err != nil || !slices.ContainsFunc(conf.Jobs, func(j setup.Job) bool { return !known(j) }) || r.LastRun == nil {
		return r.Runs, err
	}
	r, err = sink.Inspect(s.hurry, of.Destination(), sink.Look{Runs: -1})
	return r.Runs, err
}

// look reads what the sink holds of a source, nothing if there is none yet, and puts it on the board.
func (s *service) look(of *setup.Source) (sink.Report, error) {
	s.sink.Lock()
	defer s.sink.Unlock()
	return s.read(of)
}

// lookAgain does so if somebody else has changed the sink. It does not wait for a run that has it open.
func (s *service) lookAgain() {
	if !s.sink.TryLock() {
		return
	}
	defer s.sink.Unlock()
	conf := s.current()
	for _, of := range conf.EverySource() {
		v := s.view(of.Name)
		s.mu.Lock()
		old := v.seen.Equal(of.Destination().ChangedAt())
		s.mu.Unlock()
		if !old {
			_, _ = s.read(of) // what is wrong stands on the board
		}
	}
}

func (s *service) read(of *setup.Source) (r sink.Report, err error) {
	v, at := s.view(of.Name), of.Destination().ChangedAt()
	if !at.IsZero() {
		r, err = s.inspect(v, of.Destination())
	}
	v.board.Report(r, err)
	if err == nil {
		s.mu.Lock()
		v.report, v.seen = r, at
		v.report.Runs = nil // which can be many
		v.shownRuns = shownRuns{of.Destination().Location(), r.Runs}
		s.mu.Unlock()
	}
	return r, err
}

// inspect reads what the sink holds, with the runs that the page shows.
func (s *service) inspect(v *view, d sink.Destination) (sink.Report, error) {
	s.mu.Lock()
	known := v.shownRuns
	s.mu.Unlock()
	oldest := web.Oldest(time.Now())
	look := known.look(d.Location(), oldest)
	r, err := sink.Inspect(s.hurry, d, look)
	if err != nil || look.Since.Equal(oldest) {
		return r, err
	}
	runs, same := known.with(r.Runs, look.Since, oldest)
	if r.Runs = runs; same {
		return r, nil
	}
	look.Since = oldest
	return sink.Inspect(s.hurry, d, look)
}

// tellLocked returns what logs who has the destination.
func tellLocked(d sink.Destination, log *slog.Logger) func(holder string) {
	return func(holder string) {
		log.Info("waiting for the sink", "path", d.Location(), "holder", holder, "at_most", d.LockWait())
	}
}
