package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"desklake/internal/health"
	"desklake/sink"
)

// twoSources is a service of two sources, of which each has the same tables, and one failed.
func twoSources(t *testing.T, now time.Time) *scene {
	t.Helper()
	acme, beta := afterFailure(t, now), withData(t, now)
	acme.service.Sources[0].Board, beta.service.Sources[0].Board = acme.board, beta.board
	sources := append(acme.service.Sources, beta.service.Sources...)
	for i, name := range []string{"acme", "beta"} {
		sources[i].Name, sources[i].Account = name, name+".zendesk.com"
		sources[i].Board.figures = newFigures(name)
	}
	for i := range acme.service.Jobs {
		reads := acme.service.Jobs[i].Reads[""]
		acme.service.Jobs[i].Reads = map[string]health.Schedule{"acme": reads, "beta": reads}
	}
	acme.service.Sources = sources
	return acme
}

func TestThePageAndItsFiguresTellSourcesApart(t *testing.T) {
	t.Parallel()
	s := twoSources(t, time.Now())
	page := get(t, s.handler(), "/").Body.String()
	for _, want := range []string{"acme, beta", ">acme <span", ">acme.zendesk.com<", ">beta <span", "<td>beta</td>", "<code>beta.tickets</code>", "<h3>acme</h3>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	var status Status
	if err := json.Unmarshal(get(t, s.handler(), "/api/status.json").Body.Bytes(), &status); err != nil {
		t.Fatal(err)
	}
	states := map[string]health.State{}
	for _, table := range status.Tables {
		states[table.Key()] = table.State
	}
	if states["acme.ticket_audits"] != health.Failed || states["beta.ticket_audits"] != health.Fresh || len(status.Tables) != 2*len(tables) {
		t.Errorf("%v", states)
	}
	if status.Issues.Count != 10 || len(status.Issues.Latest) != 10 || status.Jobs[0].Tables != 2*len(tables) {
		t.Errorf("%d issues, %d shown, %d tables of a job", status.Issues.Count, len(status.Issues.Latest), status.Jobs[0].Tables)
	}
	for i, r := range status.Runs[1:] {
		if r.Started.After(status.Runs[i].Started) {
			t.Fatalf("run %d began after the one before it", i+1)
		}
	}
	metrics := get(t, s.handler(), "/metrics").Body.String()
	for _, want := range []string{`desklake_table_state{source="acme",state="failed",table="ticket_audits"} 1`, `desklake_table_state{source="beta",state="fresh",table="ticket_audits"} 1`,
		`desklake_issues{source="beta"} 5`, `desklake_runs_total{source="acme",status="failed"} 0`, `desklake_quota_left_requests{quota="account",source="acme"} 512`, "\ndesklake_ready 1\n"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

// One source that can't be read is enough to be told.
func TestAServiceOfSeveralSourcesIsReadyWhenEachIs(t *testing.T) {
	t.Parallel()
	s := twoSources(t, time.Now())
	if w := get(t, s.handler(), "/readyz"); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	s.service.Sources[1].Board.Report(sink.Report{}, errors.New("the disk is gone"))
	if w := get(t, s.handler(), "/readyz"); w.Code != http.StatusServiceUnavailable || w.Body.String() != "the sink of beta can't be read: the disk is gone\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
