package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/internal/golden"
	"desklake/sink"
)

// post is the other side: it keeps what it is sent, and answers as it is told.
type post struct {
	got     []string // METHOD host body
	answers []answer // in their order; then 200
}

type answer struct {
	status int
	err    error
	hang   bool
}

func (p *post) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	p.got = append(p.got, strings.TrimSpace(fmt.Sprint(r.Method, " ", r.URL.Host, " ", string(body))))
	a := answer{status: http.StatusOK}
	if len(p.answers) > 0 {
		a, p.answers = p.answers[0], p.answers[1:]
	}
	if a.hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if a.err != nil {
		return nil, a.err
	}
	header := http.Header{"Location": {"http://elsewhere.acme.com/"}}
	return &http.Response{StatusCode: a.status, Status: fmt.Sprint(a.status), Header: header, Body: http.NoBody, Request: r}, nil
}

// texts are the messages that came since the last call, without what stands around their texts.
func (p *post) texts() []string {
	var all []string
	for _, got := range p.got {
		_, text, found := strings.Cut(got, `"text":"`)
		if text, _, _ = strings.Cut(text, `"`); !found {
			text = got
		}
		all = append(all, text)
	}
	p.got = nil
	return all
}

func wantTexts(t *testing.T, p *post, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, p.texts()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func newTest(p *post, log io.Writer, change ...func(*Options)) *Notifier {
	o := Options{Sink: "helpdesk.duckdb", StaleAfter: 26 * time.Hour, Version: "1.2.3", Transport: p, Log: slog.New(slog.NewTextHandler(log, nil)),
		Webhooks: []Webhook{{URL: "https://hooks.acme.com/s3cret", Format: JSON, On: []string{Failure, Recovery, Staleness}}}}
	for _, f := range change {
		f(&o)
	}
	return New(o)
}

var start = time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)

// history makes runs of texts such as "done tickets users!", of which ! marks what failed; the latest first, as they come.
func history(texts ...string) (runs []sink.RunReport) {
	for i, text := range texts {
		words := strings.Fields(text)
		began := start.Add(-time.Duration(i) * time.Hour)
		run := sink.RunReport{Run: sink.Run{ID: fmt.Sprint("run", len(texts)-i), Status: sink.Status(words[0]), Trigger: "schedule", Started: began, Finished: began.Add(time.Minute)}}
		for _, table := range words[1:] {
			load := sink.LoadReport{Table: strings.TrimRight(table, "!?"), Outcome: sink.Complete}
			if strings.HasSuffix(table, "!") {
				load.Outcome, load.Error = sink.Broken, load.Table+": page 3: it answers 500"
				run.Error = load.Error
			}
			if strings.HasSuffix(table, "?") {
				load.Outcome = ""
			}
			run.Loads = append(run.Loads, load)
		}
		if run.Status == sink.Failed && run.Error == "" {
			run.Error = "the disk is full"
		}
		runs = append(runs, run)
	}
	return runs
}

const (
	ticketsFailed = "helpdesk.duckdb: tickets could not be read to the end: tickets: page 3: it answers 500"
	ticketsWork   = "helpdesk.duckdb: tickets could be read to the end again"
	runFailed     = "helpdesk.duckdb: the run failed: the disk is full"
	runsWork      = "helpdesk.duckdb: runs succeed again"
)

func TestWhatIsToldOfARunByAProgramThatJustStarted(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		runs []sink.RunReport
		want []string
	}{
		"the first run":                        {history("done tickets"), nil},
		"success after success":                {history("done tickets", "done tickets"), nil},
		"a table fails":                        {history("partial tickets! users", "done tickets users"), []string{ticketsFailed}},
		"a table goes on failing":              {history("partial tickets! users", "partial tickets! users"), []string{ticketsFailed}},
		"everything fails":                     {history("failed", "done tickets"), []string{runFailed}},
		"recovery of a table":                  {history("done tickets users", "partial tickets! users"), []string{ticketsWork}},
		"recovery is told once":                {history("done tickets", "done tickets", "failed tickets!"), nil},
		"recovery of the runs":                 {history("done tickets", "failed"), []string{runsWork}},
		"recovery after a kill in between":     {history("done tickets", "killed tickets?", "failed tickets!"), []string{ticketsWork}},
		"a stopped run tells nothing":          {history("interrupted tickets?", "failed tickets!"), nil},
		"a killed run tells nothing":           {history("done tickets", "killed tickets?"), nil},
		"another job succeeds":                 {history("done tags", "failed tickets!"), nil},
		"another job succeeded in between":     {history("done tickets", "done tags", "failed tickets!"), []string{ticketsWork}},
		"one recovers, the other goes on":      {history("partial tickets users!", "partial tickets! users!"), []string{strings.ReplaceAll(ticketsFailed, "tickets", "users")}},
		"a partial run of whole tables":        {history("partial tickets", "done tickets"), []string{"helpdesk.duckdb: the run failed: "}},
		"two recover at once":                  {history("done tickets users", "failed tickets! users!"), []string{"helpdesk.duckdb: tickets and users could be read to the end again"}},
		"what failed at different times, both": {history("done tickets users", "failed users!", "failed tickets!"), []string{"helpdesk.duckdb: tickets and users could be read to the end again"}},
		"no run at all":                        {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &post{}
			newTest(p, t.Output()).RunEnded(t.Context(), x.runs)
			wantTexts(t, p, x.want...)
		})
	}
}

func TestAFailureThatGoesOnIsToldOnce(t *testing.T) {
	t.Parallel()
	p := &post{}
	n := newTest(p, t.Output())
	runs := []string{"done tickets users"}
	for _, step := range []struct {
		run  string
		want []string
	}{
		{"partial tickets! users", []string{ticketsFailed}},
		{"partial tickets! users", nil},
		{"partial users!", []string{strings.ReplaceAll(ticketsFailed, "tickets", "users")}}, // another job
		{"partial tickets! users", nil},                                                     // it is known to be wrong
		{"failed tickets! users!", nil},                                                     // and so is this
		{"failed", []string{runFailed}},                                                     // something else
		{"done tickets users", []string{"helpdesk.duckdb: tickets and users could be read to the end again"}},
		{"done tickets users", nil},
		{"partial tickets! users", []string{ticketsFailed}},
	} {
		runs = append([]string{step.run}, runs...)
		n.RunEnded(t.Context(), history(runs...))
		wantTexts(t, p, step.want...)
	}
}

func TestARunThatCouldNotBeginIsToldOnceAndSoIsItsRecovery(t *testing.T) {
	t.Parallel()
	p := &post{}
	n := newTest(p, t.Output())
	locked := errors.New("helpdesk.duckdb is in use by duckdb (PID 12)")
	n.NotRun(t.Context(), locked)
	n.NotRun(t.Context(), locked)
	wantTexts(t, p, "helpdesk.duckdb: the run failed: "+locked.Error())
	n.RunEnded(t.Context(), history("done tickets", "done tickets"))
	n.RunEnded(t.Context(), history("done tickets", "done tickets", "done tickets"))
	wantTexts(t, p, runsWork)
}

func TestTheHeartbeatBeatsAfterEachSuccessOnly(t *testing.T) {
	t.Parallel()
	p := &post{}
	n := newTest(p, t.Output(), func(o *Options) { o.Webhooks, o.Heartbeat = nil, "https://beat.acme.com/s3cret" })
	for _, run := range []string{"failed", "partial tickets!", "interrupted tickets?", "done tickets", "done tickets"} {
		runEnded(t.Context(), n, history(run))
	}
	wantTexts(t, p, "GET beat.acme.com", "GET beat.acme.com")
}

// Who is woken by a heartbeat that is missing wants to know of each account.
func TestTheHeartbeatOfSeveralSourcesBeatsWhereAllOfThemWereRead(t *testing.T) {
	t.Parallel()
	p := &post{}
	n := newTest(p, t.Output(), func(o *Options) { o.Webhooks, o.Heartbeat = nil, "https://beat.acme.com/s3cret" })
	done, partial := history("done tickets")[0].Run, history("partial tickets!")[0].Run
	for _, runs := range [][]sink.Run{{}, {done, partial}, {partial, done}, {done, done}} {
		n.Succeeded(t.Context(), runs)
	}
	wantTexts(t, p, "GET beat.acme.com")
}

func TestAMessageNamesTheSourceWhereThereAreSeveral(t *testing.T) {
	t.Parallel()
	p := &post{}
	newTest(p, t.Output(), func(o *Options) { o.Source = "acme" }).RunEnded(t.Context(), history("failed tickets!"))
	wantTexts(t, p, "acme in "+ticketsFailed)
}

// runEnded tells of a run that is all of its job.
func runEnded(ctx context.Context, n *Notifier, runs []sink.RunReport) {
	n.RunEnded(ctx, runs)
	n.Succeeded(ctx, []sink.Run{runs[0].Run})
}

func TestStalenessIsToldOnceUntilTheTableIsFreshAgain(t *testing.T) {
	t.Parallel()
	p := &post{}
	n := newTest(p, t.Output())
	tables := map[string]time.Time{"tickets": start, "users": start, "tags": {}}
	check := func(after time.Duration, want ...string) {
		t.Helper()
		r := sink.Report{FirstRunAt: start.Add(-time.Hour)}
		for _, name := range []string{"tags", "tickets", "users"} {
			r.Tables = append(r.Tables, sink.TableReport{Name: name, FreshAt: tables[name]})
		}
		r.Tables = append(r.Tables, sink.TableReport{Name: "sla_policies", Outcome: sink.Unavailable})
		n.Check(t.Context(), r, []string{"tickets", "users", "tags", "sla_policies"}, start.Add(after))
		wantTexts(t, p, want...)
	}
	check(0)
	check(24 * time.Hour)
	check(25*time.Hour+time.Minute, "helpdesk.duckdb: last read to the end: tags never") // the first run is older than that
	check(26 * time.Hour)
	check(26*time.Hour+time.Minute, "helpdesk.duckdb: last read to the end: tags never, tickets 26h1m ago, users 26h1m ago")
	check(40 * time.Hour)
	tables["users"] = start.Add(40 * time.Hour)
	check(41 * time.Hour)
	tables["tickets"], tables["tags"] = start.Add(41*time.Hour), start.Add(41*time.Hour)
	check(42 * time.Hour)
	check(66*time.Hour+time.Minute, "helpdesk.duckdb: last read to the end: users 26h1m ago")
}

func TestAWebhookGetsWhatItWants(t *testing.T) {
	t.Parallel()
	p := &post{}
	n := newTest(p, t.Output(), func(o *Options) {
		o.Webhooks = []Webhook{{URL: "https://one.acme.com/", Format: JSON, On: []string{Recovery}}, {URL: "https://two.acme.com/", Format: Slack, On: []string{Failure}}}
	})
	n.RunEnded(t.Context(), history("failed tickets!"))
	n.RunEnded(t.Context(), history("done tickets", "failed tickets!"))
	hosts := make([]string, len(p.got))
	for i, got := range p.got {
		hosts[i] = strings.Fields(got)[1]
	}
	if !slices.Equal(hosts, []string{"two.acme.com", "one.acme.com"}) {
		t.Errorf("told: %v", hosts)
	}
}

func TestTheFormats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // where time begins at 2000-01-01
		p := &post{}
		n := newTest(p, t.Output(), func(o *Options) {
			slack := o.Webhooks[0]
			slack.Format = Slack
			o.Webhooks = append(o.Webhooks, slack)
		})
		failed := history("partial tickets! ticket_metrics! users")
		failed[0].Loads[1].Error = "tickets: page 12: <html> & more"
		failed[0].Error = failed[0].Loads[1].Error
		n.RunEnded(t.Context(), failed)
		n.RunEnded(t.Context(), slices.Concat(history("done tickets ticket_metrics users"), failed))
		n.NotRun(t.Context(), errors.New("helpdesk.duckdb: its folder does not exist"))
		n.Check(t.Context(), sink.Report{Tables: []sink.TableReport{{Name: "tickets", FreshAt: time.Now().Add(-30 * time.Hour)}}}, []string{"tickets"}, time.Now())
		golden.Equal(t, "testdata/messages.txt", strings.Join(p.got, "\n")+"\n")
	})
}

func TestWhatIsNotTakenIsTriedAgainUntilItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		p := &post{answers: []answer{{err: errors.New("no route to host")}, {status: 500}, {status: 429}, {hang: true}}}
		newTest(p, t.Output()).RunEnded(t.Context(), history("failed"))
		wantTexts(t, p, runFailed, runFailed, runFailed, runFailed, runFailed)
		if took := time.Since(began); took < patience || took > giveUp {
			t.Errorf("it took %s", took)
		}
	})
}

func TestWhatWillNotGetBetterIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 400, 404, 410} {
		p := &post{answers: []answer{{status: status}}}
		n := newTest(p, t.Output())
		n.RunEnded(t.Context(), history("failed"))
		wantTexts(t, p, runFailed)
		// What was not told is told when it comes up again.
		n.RunEnded(t.Context(), history("failed", "failed"))
		wantTexts(t, p, runFailed)
	}
}

func TestItGivesUpInTimeAndLogsNoSecret(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var log strings.Builder
		p := &post{}
		for range 1000 {
			p.answers = append(p.answers, answer{err: &url.Error{Op: "Post", URL: "https://hooks.acme.com/s3cret", Err: errors.New("no route to host")}}, answer{hang: true})
		}
		n := newTest(p, &log, func(o *Options) { o.Heartbeat = "https://beat.acme.com/s3cret" })
		runEnded(t.Context(), n, history("done tickets", "failed tickets!"))
		if took := time.Since(began); took > 2*(giveUp+longWait+patience) {
			t.Errorf("it took %s", took)
		}
		for _, want := range []string{`msg="webhook not told" host=hooks.acme.com event=recovery err="`, `msg="heartbeat not told" host=beat.acme.com err="`} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log lacks %s:\n%s", want, &log)
			}
		}
		if strings.Contains(log.String(), "s3cret") {
			t.Errorf("the log holds a secret:\n%s", &log)
		}
	})
}

// dated is a log that knows when its first line came.
type dated struct {
	strings.Builder
	first time.Time
}

func (d *dated) Write(line []byte) (int, error) {
	if d.Len() == 0 {
		d.first = time.Now()
	}
	return d.Builder.Write(line)
}

// A run that has ended is held up by who does not answer: people see why, and for how long.
func TestAHeartbeatThatIsNotTakenIsToldAtOnceAndNotTriedForLong(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{"it answers 503": {status: 503}, "it does not answer": {hang: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var log dated
				p := &post{answers: slices.Repeat([]answer{a}, 1000)}
				n := newTest(p, &log, func(o *Options) { o.Webhooks, o.Heartbeat = nil, "https://beat.acme.com/s3cret" })
				runEnded(t.Context(), n, history("done tickets"))
				if first, _, _ := strings.Cut(log.String(), "\n"); log.first.Sub(began) > patience ||
					!strings.Contains(first, `msg="heartbeat not told yet, trying again" host=beat.acme.com give_up_after=30s err=`) {
					t.Errorf("after %s:\n%s", log.first.Sub(began), &log)
				}
				if took := time.Since(began); took < patience || took > 30*time.Second {
					t.Errorf("it took %s", took)
				}
				if n := strings.Count(log.String(), "trying again"); n != 1 || !strings.Contains(log.String(), `msg="heartbeat not told" host=beat.acme.com err="`) {
					t.Errorf("told %d times:\n%s", n, &log)
				}
			})
		})
	}
}

func TestAWebhookThatIsNotTakenIsToldAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		newTest(&post{answers: []answer{{status: 500}, {status: 500}}}, &log).RunEnded(t.Context(), history("failed"))
		if want := `msg="webhook not told yet, trying again" host=hooks.acme.com event=failure give_up_after=2m0s err="it answers 500"`; strings.Count(log.String(), want) != 1 {
			t.Errorf("the log lacks %s:\n%s", want, &log)
		}
	})
}

func TestASignalBreaksAHeartbeatOff(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]answer{"it answers 503": {status: 503}, "it does not answer": {hang: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				n := newTest(&post{answers: slices.Repeat([]answer{a}, 1000)}, t.Output(), func(o *Options) { o.Webhooks, o.Heartbeat = nil, "https://beat.acme.com/s3cret" })
				runEnded(ctx, n, history("done tickets"))
				if took := time.Since(began); took != 5*time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// A run that is still to come was stored by a clock that was wrong, and is no reason to wait for it.
func TestStalenessIsToldThoughTheOnlyRunIsStillToCome(t *testing.T) {
	t.Parallel()
	for name, ahead := range map[string]time.Duration{"a week": 7 * 24 * time.Hour, "a year": 365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &post{}
			n := newTest(p, t.Output())
			r := sink.Report{FirstRunAt: start.Add(ahead), Tables: []sink.TableReport{{Name: "tickets", FreshAt: start.Add(ahead)}}}
			n.Check(t.Context(), r, []string{"tickets"}, start)
			wantTexts(t, p, "helpdesk.duckdb: last read to the end: tickets never")
			n.Check(t.Context(), r, []string{"tickets"}, start.Add(time.Hour))
			wantTexts(t, p)
		})
	}
	p := &post{}
	r := sink.Report{FirstRunAt: start.Add(time.Minute)} // a clock is set by so much every day
	newTest(p, t.Output()).Check(t.Context(), r, []string{"tickets"}, start)
	wantTexts(t, p)
}

func TestItEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		p := &post{answers: []answer{{hang: true}}}
		newTest(p, t.Output()).RunEnded(ctx, history("failed"))
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// An address that can't be parsed must not be told either.
func TestABrokenAddressIsNotLogged(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	n := newTest(&post{}, &log, func(o *Options) { o.Webhooks[0].URL = "https://hooks.acme.com/s3cret\x7f" })
	n.RunEnded(t.Context(), history("failed"))
	if !strings.Contains(log.String(), "webhook not told") || strings.Contains(log.String(), "s3cret") {
		t.Errorf("the log:\n%s", &log)
	}
}
