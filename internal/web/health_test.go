package web

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"desklake/pipeline"
	"desklake/sink"
)

func TestReadiness(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		prepare func(*scene)
		want    string // empty: it is ready
	}{
		"with data":            {func(*scene) {}, ""},
		"the scheduler stands": {func(s *scene) { s.service.Problem = errors.New("the scheduler has ended") }, "the scheduler has ended"},
		"the sink is broken":   {func(s *scene) { s.board.Report(sink.Report{}, errors.New("x.duckdb: is not a DuckDB file")) }, "the sink can't be read: x.duckdb: is not a DuckDB file"},
		"the sink is whole again": {func(s *scene) {
			s.board.Report(sink.Report{}, errors.New("broken"))
			s.board.Report(sink.Report{}, nil)
		}, ""},
		"another process has it":   {func(s *scene) { s.board.Report(sink.Report{}, &sink.Locked{Path: "x"}) }, ""},
		"never read":               {func(s *scene) { s.board = NewBoard("") }, "the sink was not read yet"},
		"never read, but in a run": {func(s *scene) { s.board = NewBoard(""); s.board.Began("nightly", planOf()) }, ""},
		"never read, after the run": {func(s *scene) {
			s.board = NewBoard("")
			s.board.Began("nightly", planOf())
			s.board.Ended(pipeline.Result{}, nil)
		}, "the sink was not read yet"},
		"never read, as it is locked": {func(s *scene) { s.board = NewBoard(""); s.board.Report(sink.Report{}, &sink.Locked{Path: "x.duckdb"}) }, "the sink was not read yet: x.duckdb is in use by another process"},
	} {
		s := withData(t, now)
		c.prepare(s)
		h := s.handler()
		w, code := get(t, h, "/readyz"), http.StatusOK
		if c.want != "" {
			code = http.StatusServiceUnavailable
		}
		if w.Code != code || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d %q, want %d %q", name, w.Code, w.Body, code, c.want)
		}
		if page := get(t, h, "/").Body.String(); strings.Contains(page, "desklake is not ready") != (c.want != "") {
			t.Errorf("%s: the page does not say the same", name)
		}
		if w := get(t, h, "/healthz"); w.Code != http.StatusOK || w.Body.String() != "ok\n" {
			t.Errorf("%s: /healthz %d %q", name, w.Code, w.Body)
		}
	}
}

func TestWhatAnotherProcessHasLockedKeepsItsReport(t *testing.T) {
	t.Parallel()
	s := withData(t, time.Now())
	before := get(t, s.handler(), "/api/status.json").Body.Len()
	s.board.Report(sink.Report{}, &sink.Locked{Path: "x"})
	s.board.Report(sink.Report{}, errors.New("broken"))
	if k := s.board.known(); len(k.report.Tables) != len(tables) || before == 0 {
		t.Errorf("%d tables are left", len(k.report.Tables))
	}
}
