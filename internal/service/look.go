package service

import (
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
func (s *service) firstLook(until context.Context, conf *setup.Setup) (runs []sink.RunReport, err error) {
	d := conf.Destination()
	err = sink.Await(until, d.LockWait(), tellLocked(conf, s.Logger), func() (err error) {
		runs, err = s.past(conf)
		return err
	})
	return runs, err
}

// past puts what the sink holds on the board, and returns the runs that are shown there; those of the whole history where a
// job has none among them.
func (s *service) past(conf *setup.Setup) ([]sink.RunReport, error) {
	r, err := s.look(conf)
	known := func(j setup.Job) bool { return scheduler.LastOf(j.Name, r.Runs) != nil }
	if err != nil || !slices.ContainsFunc(conf.Jobs, func(j setup.Job) bool { return !known(j) }) || r.LastRun == nil {
		return r.Runs, err
	}
	r, err = conf.Destination().Inspect(s.hurry, sink.Look{Runs: -1})
	return r.Runs, err
}

// look reads what the sink holds, nothing if there is none yet, and puts it on the board.
func (s *service) look(conf *setup.Setup) (sink.Report, error) {
	s.sink.Lock()
	defer s.sink.Unlock()
	return s.read(conf)
}

// lookAgain does so if somebody else has changed the sink. It does not wait for a run that has it open.
func (s *service) lookAgain() {
	if !s.sink.TryLock() {
		return
	}
	defer s.sink.Unlock()
	conf := s.current()
	s.mu.Lock()
	old := s.seen.Equal(conf.Destination().ChangedAt())
	s.mu.Unlock()
	if !old {
		_, _ = s.read(conf) // what is wrong stands on the board
	}
}

func (s *service) read(conf *setup.Setup) (r sink.Report, err error) {
	at := conf.Destination().ChangedAt()
	if !at.IsZero() {
		r, err = s.inspect(conf)
	}
	s.board.Report(r, err)
	if err == nil {
		s.mu.Lock()
		s.report, s.seen = r, at
		s.report.Runs = nil // which can be many
		s.shownRuns = shownRuns{conf.Destination().Location(), r.Runs}
		s.mu.Unlock()
	}
	return r, err
}

// inspect reads what the sink holds, with the runs that the page shows.
func (s *service) inspect(conf *setup.Setup) (sink.Report, error) {
	s.mu.Lock()
	known := s.shownRuns
	s.mu.Unlock()
	oldest := web.Oldest(time.Now())
	look := known.look(conf.Destination().Location(), oldest)
	r, err := conf.Destination().Inspect(s.hurry, look)
	if err != nil || look.Since.Equal(oldest) {
		return r, err
	}
	runs, same := known.with(r.Runs, look.Since, oldest)
	if r.Runs = runs; same {
		return r, nil
	}
	look.Since = oldest
	return conf.Destination().Inspect(s.hurry, look)
}

// tellLocked returns what logs who has the destination.
func tellLocked(conf *setup.Setup, log *slog.Logger) func(holder string) {
	return func(holder string) {
		log.Info("waiting for the sink", "path", conf.Destination().Location(), "holder", holder, "at_most", conf.Destination().LockWait())
	}
}
