package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"desklake/internal/config"
	"desklake/internal/web"
	"desklake/scheduler"
	"desklake/sink"
)

// firstLook waits for a sink that another process has, as a run would: what ran before says what is to be made up for. It
// returns runs among which is the last one of each job, if there is one.
func (s *service) firstLook(until context.Context, c config.Sink, jobs []config.Job) (runs []sink.RunReport, err error) {
	deadline := time.Now().Add(c.LockWait)
	for announced := false; ; announced = true {
		var locked *sink.Locked
		if runs, err = s.past(c, jobs); !errors.As(err, &locked) || !time.Now().Before(deadline) {
			return runs, err
		}
		if !announced {
			s.logger.Info("waiting for the sink", "path", c.Path, "holder", locked.Holder, "at_most", c.LockWait)
		}
		select {
		case <-until.Done():
			return nil, err
		case <-time.After(min(time.Second, time.Until(deadline))):
		}
	}
}

// past puts what the sink holds on the board, and returns the runs that are shown there; those of the whole history where a
// job has none among them.
func (s *service) past(c config.Sink, jobs []config.Job) ([]sink.RunReport, error) {
	r, err := s.look(c)
	known := func(j config.Job) bool { return scheduler.LastOf(j.Name, r.Runs) != nil }
	if err != nil || !slices.ContainsFunc(jobs, func(j config.Job) bool { return !known(j) }) || r.LastRun == nil {
		return r.Runs, err
	}
	r, err = sinks[c.Type].inspect(s.ctx, c.Path, sink.Look{Runs: -1})
	return r.Runs, err
}

// look reads what the sink holds, nothing if there is none yet, and puts it on the board.
func (s *service) look(c config.Sink) (sink.Report, error) {
	s.sink.Lock()
	defer s.sink.Unlock()
	return s.read(c)
}

// lookAgain does so if somebody else has changed the sink. It does not wait for a run that has it open.
func (s *service) lookAgain() {
	if !s.sink.TryLock() {
		return
	}
	defer s.sink.Unlock()
	c := s.current().Sink
	s.mu.Lock()
	old := s.seen.Equal(changedAt(c.Path))
	s.mu.Unlock()
	if !old {
		_, _ = s.read(c) // what is wrong stands on the board
	}
}

func (s *service) read(c config.Sink) (r sink.Report, err error) {
	at := changedAt(c.Path)
	if _, missing := os.Stat(c.Path); !errors.Is(missing, fs.ErrNotExist) {
		r, err = sinks[c.Type].inspect(s.ctx, c.Path, sink.Look{Runs: -1, Since: web.Oldest(time.Now()), Loads: true})
	}
	s.board.Report(r, err)
	if err == nil {
		s.mu.Lock()
		s.report, s.seen = r, at
		s.report.Runs = nil // which can be many
		s.mu.Unlock()
	}
	return r, err
}

// changedAt is when a sink was changed last, as far as its files tell.
func changedAt(path string) (at time.Time) {
	for _, name := range []string{path, path + ".wal", filepath.Join(path, "_desklake")} {
		if info, err := os.Stat(name); err == nil && info.ModTime().After(at) {
			at = info.ModTime()
		}
	}
	return at
}
