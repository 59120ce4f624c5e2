package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/golden"
	"desklake/internal/health"
	"desklake/sink"
)

// get asks the handler for a path as a browser on this machine would.
func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Host = "localhost:8465"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// The clock of synctest begins at 2000-01-01T00:00:00Z; the morning after is a good time to look.
func inTheMorning(t *testing.T, test func(t *testing.T, now time.Time)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(9*time.Hour + 40*time.Minute)
		test(t, time.Now())
	})
}

func TestStatusJSON(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(testing.TB, time.Time) *scene{"empty": newScene, "run": duringRun, "failed": afterFailure} {
		inTheMorning(t, func(t *testing.T, now time.Time) {
			s := make(t, now)
			// A few tables and runs show the shape; the browser test has them all.
			s.board.report.Runs = s.board.report.Runs[:min(2, len(s.board.report.Runs))]
			s.service.Sources[0].Tables = []string{"tickets", "ticket_audits", "tags", "sla_policies"}
			for i := range s.service.Jobs {
				reads := s.service.Jobs[i].Reads[""]
				reads.Tables = reads.Tables[:2]
				s.service.Jobs[i].Reads[""] = reads
			}
			s.board.report.Tables = keep(s.board.report.Tables, s.service.Sources[0].Tables)
			w := get(t, s.handler(), "/api/status.json")
			if kind := w.Header().Get("Content-Type"); w.Code != http.StatusOK || kind != "application/json" {
				t.Errorf("%d, %s", w.Code, kind)
			}
			golden.Equal(t, "testdata/status-"+name+".json", w.Body.String())
		})
	}
}

func TestNoAnswerHoldsTheToken(t *testing.T) {
	t.Parallel()
	inTheMorning(t, func(t *testing.T, now time.Time) {
		h := duringRun(t, now).handler()
		for _, path := range []string{"/", "/api/status.json", "/metrics", "/readyz", "/?refused=token"} {
			w := get(t, h, path)
			if w.Code != http.StatusOK || strings.Contains(w.Body.String(), token) {
				t.Errorf("%s: %d, holds the token: %v", path, w.Code, w.Code == http.StatusOK)
			}
		}
	})
}

func TestTheButtonIsThereWithATokenOnly(t *testing.T) {
	t.Parallel()
	inTheMorning(t, func(t *testing.T, now time.Time) {
		s := withData(t, now)
		if page := get(t, s.handler(), "/").Body.String(); strings.Count(page, ">Run now") != 2 {
			t.Error("there are not two buttons")
		}
		s.service.Token = ""
		if page := get(t, s.handler(), "/").Body.String(); strings.Contains(page, "Run now") || strings.Contains(page, "<form") {
			t.Error("there is a button without a token")
		}
	})
}

func TestWhatAddressesAndErrorsHoldIsNoMarkup(t *testing.T) {
	t.Parallel()
	inTheMorning(t, func(t *testing.T, now time.Time) {
		const evil = `<script>alert(1)</script>`
		s := afterFailure(t, now)
		s.board.report.Tables[4].Error, s.board.report.Runs[0].Error, s.service.Jobs[0].Last.Error = evil, evil, evil
		s.board.report.Latest[0].Column, s.service.Sources[0].Account = evil, evil
		page := get(t, s.handler(), "/?job=%3Cscript%3E&refused=%3Cscript%3E").Body.String()
		if strings.Contains(page, evil) || strings.Count(page, "&lt;script&gt;alert(1)") < 5 {
			t.Errorf("markup came through, or the texts are missing: %d", strings.Count(page, "&lt;script&gt;alert(1)"))
		}
	})
}

func TestWhatErrorsHoldDoesNotTurnThePageRound(t *testing.T) {
	t.Parallel()
	inTheMorning(t, func(t *testing.T, now time.Time) {
		const evil = "\u202eback\u2066\u200f\x1b[2J\x07\u009b\r"
		s := afterFailure(t, now)
		s.board.report.Tables[4].Error, s.board.report.Runs[0].Error, s.service.Jobs[0].Last.Error = evil, evil, evil
		s.board.report.Latest[0].Column, s.service.Sources[0].Account, s.service.Problem = evil, evil, errors.New(evil)
		for _, path := range []string{"/", "/api/status.json", "/readyz"} {
			body := get(t, s.handler(), path).Body.String()
			if strings.ContainsAny(body, evil[:3]+"\u2066\u200f\x1b\x07\u009b\r") || !strings.Contains(body, `\u202eback\u2066\u200f\u001b[2J`) {
				t.Errorf("%s: marks came through, or the text is missing:\n%q", path, body)
			}
			if path == "/api/status.json" {
				var status Status
				if err := json.Unmarshal([]byte(body), &status); err != nil || status.Source != evil {
					t.Errorf("the source is %q, %v", status.Source, err)
				}
			}
		}
	})
}

// What was taken out of the configuration is not due, whatever became of it.
func TestATableThatTheConfigurationHasNoMoreIsNotDue(t *testing.T) {
	t.Parallel()
	now := time.Now()
	k := known{report: sink.Report{Tables: []sink.TableReport{
		{Name: "tickets", FreshAt: now.Add(-time.Minute), Outcome: sink.Complete, LastStatus: sink.Done},
		{Name: "macros", FreshAt: now.Add(-100 * time.Hour), Outcome: sink.Broken, LastStatus: sink.Partial}}}, readAt: now}
	s := newStatus("", Service{}, []seen{{Source{Tables: []string{"tickets"}}, k}}, now)
	if len(s.Tables) != 2 || s.Tables[1].State != health.Unconfigured || s.Tables[1].LateAt != nil {
		t.Errorf("%+v", s.Tables)
	}
	if h := newHeadline(s); h.Text != "The table is fresh" || h.State != health.Fresh {
		t.Errorf("%+v", h)
	}
}
