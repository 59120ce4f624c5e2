//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"desklake/extract/zendesk"
	"desklake/internal/cli"
	"desklake/internal/zendesktest"
)

// daemon is desklake serve in a process of its own. It is followed by its log.
type daemon struct {
	t   *testing.T
	cmd *exec.Cmd
	log chan string // its lines: more than any test waits for, since a program whose log nobody reads stands still
}

// entry is a line of the log.
type entry struct {
	Level, Msg, Job, Source, Run, Trigger, Status, URL, Err, Next, Holder string
	TablesFailed                                                          []string `json:"tables_failed"`
	New, Changed                                                          int64
}

// configure writes the lake's configuration anew, with more at its end.
func (l *lake) configure(h *helpdesk, sink, more string) {
	l.t.Helper()
	text := fmt.Sprintf("source:\n  type: zendesk\n  url: %s\n  start_date: 2000-01-01T00:00:00Z\n  give_up_after: 1m\n"+
		"  auth: {access_token: {token: secret}}\nsink: {type: duckdb, path: lake.duckdb%s}\nserve: {listen: '127.0.0.1:0', token: 0123456789abcdef}\n%s\n",
		h.url, sink, more)
	if err := os.WriteFile(filepath.Join(l.dir, "config.yaml"), []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

const (
	eachSecond = "jobs: [{name: often, cron: '@every 1s'}]"
	eachYear   = "jobs: [{name: often, cron: '0 0 1 1 *'}]"
)

func (l *lake) serve() *daemon {
	l.t.Helper()
	d := &daemon{t: l.t, cmd: l.command("serve")}
	stderr, err := d.cmd.StderrPipe()
	if err == nil {
		err = d.cmd.Start()
	}
	if err != nil {
		l.t.Fatal(err)
	}
	d.log = make(chan string, 1<<16)
	go func() {
		defer close(d.log)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			d.log <- lines.Text()
		}
	}()
	return d
}

// awaits reads the log up to a message.
func (d *daemon) awaits(message string) (e entry) {
	d.t.Helper()
	var lines []string
	for line := range d.log {
		e = entry{}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			d.t.Errorf("not a line of the log: %s", line)
		}
		if e.Msg == message {
			return e
		}
		lines = append(lines, line)
	}
	d.t.Fatalf("the log ended without %q:\n%s", message, strings.Join(lines, "\n"))
	return e
}

func (d *daemon) signal(s syscall.Signal) {
	d.t.Helper()
	if err := d.cmd.Process.Signal(s); err != nil {
		d.t.Fatal(err)
	}
}

// ends reads the rest of the log and waits for the end of the process.
func (d *daemon) ends(code int) {
	d.t.Helper()
	var lines []string
	for line := range d.log {
		lines = append(lines, line)
	}
	if got := exitCodeOf(d.t, d.cmd.Wait()); got != code {
		d.t.Errorf("exit code %d instead of %d\n%s", got, code, strings.Join(lines, "\n"))
	}
}

func TestServeRunsJobsAndOthersCanUseTheSinkBetweenTwoRuns(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 200})
	l := newLake(t, h)
	l.configure(h, ", lock_wait: 5m", eachSecond)
	d := l.serve()
	if e := d.awaits("job planned"); e.Job != "often" || e.Next == "" {
		t.Errorf("%+v", e)
	}
	if e := d.awaits("run began"); e.Job != "often" || e.Run == "" || e.Trigger != "schedule often" {
		t.Errorf("%+v", e)
	}
	if e := d.awaits("run ended"); e.Job != "often" || e.Run == "" || e.Status != "done" || e.New == 0 || len(e.TablesFailed) > 0 {
		t.Errorf("%+v", e)
	}
	undisturbed := newLake(t, h)
	undisturbed.sync()
	h.later(func() { h.Change(h.rng, 40) })
	for changed := int64(0); changed == 0; { // the first may have begun before
		e := d.awaits("run ended")
		if changed = e.Changed; e.Status != "done" {
			t.Errorf("%+v", e)
		}
	}
	l.sync()
	d.awaits("run ended")
	d.signal(syscall.SIGTERM)
	d.ends(143)
	if got := l.query("SELECT DISTINCT trigger FROM desklake.runs WHERE status IN ('done', 'interrupted') ORDER BY ALL"); strings.Join(got, " ") != "cli schedule often" {
		t.Errorf("the runs are %v", l.query("SELECT status, trigger FROM desklake.runs"))
	}
	l.configure(h, "", "")
	l.sync()
	undisturbed.sync()
	l.equals(undisturbed)
}

func TestARunThatWasKilledIsMadeUpForAtTheNextStartOnce(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 1200, AuditsPerTicket: 1, TicketBytes: 300})
	h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", After: 1, Times: 1, Do: zendesktest.Hang()})
	hangs := h.expect("incremental/tickets/cursor", 2)
	l := newLake(t, h)
	l.configure(h, "", eachSecond)
	d := l.serve()
	hangs.await(t)
	d.signal(syscall.SIGKILL)
	d.ends(-1)

	l.configure(h, "", eachYear)
	d = l.serve()
	if e := d.awaits("job planned"); !strings.HasPrefix(e.Next, "at once") {
		t.Errorf("%+v", e)
	}
	if e := d.awaits("run ended"); e.Status != "done" {
		t.Errorf("%+v", e)
	}
	d.signal(syscall.SIGINT)
	d.ends(130)

	// What is made up for is made up for.
	d = l.serve()
	if e := d.awaits("job planned"); strings.HasPrefix(e.Next, "at once") {
		t.Errorf("%+v", e)
	}
	d.signal(syscall.SIGTERM)
	d.ends(143)
	if got := l.query("SELECT status FROM desklake.runs ORDER BY started_at"); strings.Join(got, " ") != "killed done" {
		t.Errorf("the runs are %v", got)
	}
	undisturbed := newLake(t, h)
	undisturbed.sync()
	l.equals(undisturbed)
}

func TestASignalDuringARunCommitsWhatWasReceived(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 2500, AuditsPerTicket: 1, TicketBytes: 300})
	h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", After: 1, Times: 1, Do: zendesktest.Hang()})
	hangs := h.expect("incremental/tickets/cursor", 2)
	l := newLake(t, h)
	l.configure(h, ", lock_wait: 0s", "tables: [tickets]\n"+eachSecond)
	d := l.serve()
	hangs.await(t)
	if code, _, stderr := l.run("sync"); code != cli.ExitLocked || !strings.Contains(stderr, fmt.Sprintf("(PID %d)", d.cmd.Process.Pid)) {
		t.Errorf("a sync beside it: exit code %d\n%s", code, stderr)
	}
	d.signal(syscall.SIGTERM)
	if e := d.awaits("run ended"); e.Status != "interrupted" {
		t.Errorf("%+v", e)
	}
	d.ends(143)
	if got := l.one("SELECT count(*) FROM tickets"); got != "1000" {
		t.Errorf("%s tickets of the first page were committed", got)
	}

	// The next start goes on there.
	l.configure(h, "", "tables: [tickets]\n"+eachYear)
	d = l.serve()
	if e := d.awaits("run ended"); e.Status != "done" || e.New != 1500 {
		t.Errorf("%+v", e)
	}
	d.signal(syscall.SIGTERM)
	d.ends(143)
}

func TestAMessageThatCannotBeSentDoesNotKeepServeFromEnding(t *testing.T) {
	t.Parallel()
	deaf, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 60})
	l := newLake(t, h)
	l.env = append(l.env, hurryVariable+"=10ms")
	l.configure(h, "", fmt.Sprintf("notify: {heartbeat_url: 'http://%s/s3cret'}\n%s", deaf.Addr(), eachSecond))
	d := l.serve()
	called, err := deaf.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer called.Close()
	d.signal(syscall.SIGTERM)
	if e := d.awaits("heartbeat not told"); !strings.Contains(e.Err, "canceled") || strings.Contains(e.Err, "s3cret") {
		t.Errorf("%+v", e)
	}
	d.awaits("stopped")
	d.ends(143)
}

func TestHangUpReadsTheConfigurationAgain(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 60})
	l := newLake(t, h)
	l.configure(h, "", eachYear)
	d := l.serve()
	d.awaits("job planned")

	// One with mistakes changes nothing, and neither does one without jobs.
	for _, bad := range []string{"jobs: [{name: often, cron: often}]", "jobs: []"} {
		l.configure(h, "", bad)
		d.signal(syscall.SIGHUP)
		if e := d.awaits("the configuration was not read again: the one before stays"); !strings.Contains(e.Err, "config.yaml") {
			t.Errorf("%+v", e)
		}
	}
	// A good one counts from then on. A run that is under way ends as it began.
	h.Inject(zendesktest.Fault{Match: "incremental/users/cursor", Do: zendesktest.Unavailable("")})
	asked := h.expect("incremental/users/cursor", 1)
	l.configure(h, "", "jobs: [{name: users, cron: '@every 1s', tables: [users]}]")
	d.signal(syscall.SIGHUP)
	d.awaits("the configuration was read again")
	if e := d.awaits("run began"); e.Trigger != "schedule users" {
		t.Errorf("%+v", e)
	}
	asked.await(t)
	l.configure(h, "", "jobs: [{name: groups, cron: '@every 1s', tables: [groups]}]")
	d.signal(syscall.SIGHUP)
	d.awaits("the configuration was read again")
	h.Clear()
	if e := d.awaits("run ended"); e.Job != "users" || e.Status != "done" {
		t.Errorf("%+v", e)
	}
	if e := d.awaits("run ended"); e.Job != "groups" || e.Status != "done" {
		t.Errorf("%+v", e)
	}
	d.signal(syscall.SIGTERM)
	d.ends(143)
	if got := l.query("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY ALL"); strings.Join(got, " ") != "groups users" {
		t.Errorf("there are %v", got)
	}
}

func TestAFailedRunDoesNotEndServe(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 60})
	l := newLake(t, h)
	l.configure(h, ", lock_wait: 0s", eachSecond)
	holder := held(h, l)
	d := l.serve()
	url := d.awaits("the status page is up").URL
	if e := d.awaits("run ended"); e.Status != "failed" || !strings.Contains(e.Err, fmt.Sprintf("(PID %d)", holder.Process.Pid)) {
		t.Errorf("%+v", e)
	}
	d.awaits("run ended") // so that the first is counted
	if _, body := ask(t, "GET", url+"/metrics"); !strings.Contains(body, `desklake_runs_total{status="failed"}`) || strings.Contains(body, `duration_seconds_bucket{le="28800"} 0`) {
		t.Errorf("the run is not counted, or lasted for an age")
	}
	_ = holder.Process.Kill()
	_ = holder.Wait()
	for e := d.awaits("run ended"); e.Status != "done"; e = d.awaits("run ended") {
		if !strings.Contains(e.Err, "is in use by") {
			t.Errorf("%+v", e)
		}
	}
	h.Inject(zendesktest.Fault{Match: "groups", Do: zendesktest.Status(418, "")})
	e := d.awaits("run ended")
	for ; e.Status == "done"; e = d.awaits("run ended") {
	}
	if e.Level != "ERROR" || e.Status != "partial" || strings.Join(e.TablesFailed, " ") != "groups" || !strings.Contains(e.Err, "418") {
		t.Errorf("%+v", e)
	}
	h.Clear()
	for e.Status != "done" {
		e = d.awaits("run ended")
	}
	d.signal(syscall.SIGTERM)
	d.ends(143)
}

func TestServeWaitsForASinkThatAnotherProgramHasAndCanBeStoppedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 60})
	l := newLake(t, h)
	l.configure(h, ", lock_wait: 5m", eachSecond)
	holder := held(h, l)
	said := func(e entry) {
		t.Helper()
		if !strings.Contains(e.Holder, fmt.Sprintf("(PID %d)", holder.Process.Pid)) {
			t.Errorf("%+v", e)
		}
	}
	d := l.serve()
	said(d.awaits("waiting for the sink"))
	d.signal(syscall.SIGTERM)
	d.ends(143)

	d = l.serve()
	said(d.awaits("waiting for the sink"))
	_ = holder.Process.Kill()
	_ = holder.Wait()
	d.awaits("job planned")
	if e := d.awaits("run ended"); e.Status != "done" {
		t.Errorf("%+v", e)
	}
	d.signal(syscall.SIGTERM)
	d.ends(143)
}

func TestTheStatusPageStartsJobs(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 60})
	l := newLake(t, h)
	l.configure(h, "", eachYear)
	d := l.serve()
	url := d.awaits("the status page is up").URL
	ask := func(method, path string) (int, string) { return ask(t, method, url+path) }
	if code, body := ask("GET", "/readyz"); code != http.StatusOK {
		t.Errorf("not ready: %d %s", code, body)
	}
	if code, body := ask("POST", "/api/jobs/often/run"); code != http.StatusAccepted {
		t.Errorf("%d %s", code, body)
	}
	if e := d.awaits("run began"); e.Trigger != "api often" {
		t.Errorf("%+v", e)
	}
	d.awaits("run ended")
	for deadline := time.Now().Add(time.Minute); ; { // the report follows the end of the run
		var status struct {
			Tables []struct {
				Table string
				Rows  int64
			}
		}
		_, body := ask("GET", "/api/status.json")
		if err := json.Unmarshal([]byte(body), &status); err != nil {
			t.Fatal(err)
		}
		if len(status.Tables) == len(zendesk.Tables()) && status.Tables[0].Table == "tickets" && status.Tables[0].Rows > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the report of the run does not come: %s", body)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if _, body := ask("GET", "/metrics"); !strings.Contains(body, `desklake_runs_total{status="done"} 1`) {
		t.Error("the metrics do not count the run")
	}
	d.signal(syscall.SIGTERM)
	d.ends(143)
}

// ask asks the status page for something, and knows its token.
func ask(t *testing.T, method, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer 0123456789abcdef")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}
