//go:build unix

package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"desklake/internal/zendesktest"
)

// Who watches the program wants one answer for a job, and to know of which source it is.
func TestServeRunsAJobOverItsSources(t *testing.T) {
	t.Parallel()
	acme, beta := smallHelpdesk(t, 1), smallHelpdesk(t, 2)
	told := &webhook{}
	server := httptest.NewServer(told)
	defer server.Close()
	l := newLakeOfTwo(t, acme, beta, false, "jobs: [{name: both, cron: '0 0 1 1 *'}, {name: one, cron: '0 0 1 1 *', sources: [acme], tables: [tickets]}]",
		"serve: {listen: '127.0.0.1:0', token: 0123456789abcdef}", "notify: {heartbeat_url: '"+server.URL+"/beat', webhooks: [{url: '"+server.URL+"/hook'}]}")
	d := l.serve()
	url := d.awaits("the status page is up").URL
	run := func(job string, statuses ...string) {
		t.Helper()
		if code, body := ask(t, "POST", url+"/api/jobs/"+job+"/run"); code != http.StatusAccepted {
			t.Errorf("%d %s", code, body)
		}
		for _, want := range statuses {
			e := d.awaits("run ended")
			if got := e.Source + " " + e.Status; got != want || e.Job != job {
				t.Errorf("%s: %s, want %s", e.Job, got, want)
			}
		}
	}
	run("both", "acme done", "beta done")
	if code, body := ask(t, "GET", url+"/readyz"); code != http.StatusOK {
		t.Errorf("not ready: %d %s", code, body)
	}
	down(beta)
	run("both", "acme done", "beta failed")
	run("one", "acme done")
	if _, body := ask(t, "GET", url+"/metrics"); !strings.Contains(body, `desklake_runs_total{source="beta",status="failed"} 1`) {
		t.Error("the metrics do not count the failure")
	}
	d.signal(syscall.SIGTERM)
	d.ends(143)
	told.mu.Lock()
	defer told.mu.Unlock()
	if len(told.got) != 3 || told.got[0] != "GET /beat" || told.got[2] != "GET /beat" || !strings.HasPrefix(told.got[1], "POST /hook") ||
		!strings.Contains(told.got[1], `"event":"failure"`) || !strings.Contains(told.got[1], `"source":"beta"`) {
		t.Errorf("told were %q", told.got)
	}
}

// A signal is for the whole program, not for the source that is read.
func TestASignalEndsTheReadingOfAllSources(t *testing.T) {
	t.Parallel()
	acme, beta := smallHelpdesk(t, 1), smallHelpdesk(t, 2)
	acme.Inject(zendesktest.Fault{Match: "groups", Do: zendesktest.Hang()})
	l := newLakeOfTwo(t, acme, beta, false)
	var stderr strings.Builder
	c := l.command("sync", "groups", "users")
	c.Stderr = &stderr
	hangs := acme.expect("groups", 1)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	hangs.await(t)
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if got := exitCodeOf(t, c.Wait()); got != 143 || !strings.Contains(stderr.String(), "desklake: beta: stopped before the end") {
		t.Errorf("exit code %d\n%s", got, &stderr)
	}
	if got := l.query("SELECT source, status FROM desklake.runs"); len(got) != 1 || got[0] != "acme|interrupted" {
		t.Errorf("the runs are %q", got)
	}
}
