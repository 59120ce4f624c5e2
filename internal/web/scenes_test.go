package web

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"desklake/extract"
	"desklake/internal/health"
	"desklake/pipeline"
	"desklake/sink"
	"desklake/state"
)

const token = "0123456789abcdef-the-token"

// streams are those of a helpdesk, with the tables that they fill.
var streams = []struct {
	name   string
	tables []string
	rows   []int64
	pass   bool
}{
	{"tickets", []string{"tickets", "ticket_metrics"}, []int64{184_213, 184_213}, false},
	{"users", []string{"users"}, []int64{41_877}, false},
	{"organizations", []string{"organizations"}, []int64{3_120}, false},
	{"groups", []string{"groups"}, []int64{14}, true},
	{"ticket_events", []string{"ticket_audits", "ticket_comments"}, []int64{1_902_445, 611_902}, false},
	{"ticket_fields", []string{"ticket_fields"}, []int64{63}, true},
	{"ticket_forms", []string{"ticket_forms"}, []int64{5}, true},
	{"group_memberships", []string{"group_memberships"}, []int64{212}, true},
	{"macros", []string{"macros"}, []int64{148}, true},
	{"satisfaction_ratings", []string{"satisfaction_ratings"}, []int64{28_440}, false},
	{"tags", []string{"tags"}, []int64{1_873}, true},
	{"sla_policies", []string{"sla_policies"}, []int64{6}, true},
}

var tables = func() (names []string) {
	for _, s := range streams {
		names = append(names, s.tables...)
	}
	return names
}()

// scene is a service at a moment: what it knows, and what it was asked to start.
type scene struct {
	board   *Board
	service Service
	started chan string
	busy    error
}

func (s *scene) handler() http.Handler {
	return New(Options{Version: "1.4.0", Service: func() Service { return s.shown() }, Logger: slog.New(slog.DiscardHandler),
		RunNow: func(job string) error {
			if s.busy == nil {
				s.started <- job
			}
			return s.busy
		}})
}

// shown is the service with the board of its first source, which tests replace.
func (s *scene) shown() Service {
	shown := s.service
	shown.Sources = slices.Clone(shown.Sources)
	shown.Sources[0].Board = s.board
	return shown
}

// newScene is a service that waits for its first run.
func newScene(t testing.TB, now time.Time) *scene {
	t.Helper()
	job := func(name, spec, zone string, tables []string) Job {
		place, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		schedule, err := cron.ParseStandard("TZ=" + zone + " " + spec)
		if err != nil {
			t.Fatal(err)
		}
		due := func(after time.Time) time.Time { return schedule.Next(after.In(place)) }
		return Job{Name: name, Cron: spec, Timezone: zone, Next: due(now), Reads: map[string]health.Schedule{"": {Tables: tables, Due: due}}}
	}
	s := &scene{board: NewBoard(""), started: make(chan string, 10)}
	s.service = Service{Listen: "127.0.0.1:8465", Token: token, Sink: "helpdesk.duckdb", Sources: []Source{{Account: "acme.zendesk.com", Tables: tables, Board: s.board}},
		Jobs: []Job{job("nightly", "0 2 * * *", "Europe/Berlin", tables), job("tickets-hourly", "15 * * * *", "Europe/Berlin", []string{"tickets", "ticket_metrics"})}}
	s.board.Report(sink.Report{}, nil)
	return s
}

// history is what a sink holds after a month of nightly runs, with a night that failed and one that was partial.
func monthOfRuns(now time.Time) sink.Report {
	random := rand.New(rand.NewPCG(6, 6))
	r := sink.Report{Checkpoints: map[string]state.Checkpoint{}, Issues: 5}
	night := now.UTC().Truncate(24 * time.Hour).Add(time.Hour)
	if night.After(now) {
		night = night.AddDate(0, 0, -1)
	}
	for d := range 30 {
		began := night.AddDate(0, 0, -d)
		run := sink.RunReport{Run: sink.Run{ID: fmt.Sprintf("%s-%03d", began.Format("20060102T150405Z"), d), Started: began, Status: sink.Done, Trigger: "schedule", Version: "1.4.0"}}
		weekend := began.Weekday() == time.Saturday || began.Weekday() == time.Sunday
		took := time.Duration(240+random.IntN(120)) * time.Second
		for _, s := range streams {
			for i, table := range s.tables {
				l := sink.LoadReport{Stream: s.name, Table: table, CommittedAt: began.Add(took / 2), Outcome: sink.Complete}
				l.Inserted, l.Updated = 1+int64(random.ExpFloat64()*float64(s.rows[i])/3000), int64(random.ExpFloat64()*float64(s.rows[i])/1500)
				if weekend {
					l.Inserted, l.Updated = l.Inserted/6, l.Updated/6
				}
				if s.pass && random.IntN(4) > 0 {
					l.Inserted, l.Updated = 0, 0
				}
				if d == 29 {
					l.Inserted, l.Updated, took = s.rows[i], 0, 3*time.Hour+17*time.Minute
				}
				l.Read = l.Inserted + l.Updated
				if i == 0 {
					l.Requests = 1 + l.Read/1000
				}
				if s.name == "sla_policies" {
					l.Outcome, l.Error, l.Counts = sink.Unavailable, "it needs the Professional plan or higher", sink.Counts{}
				}
				run.Loads = append(run.Loads, l)
			}
		}
		switch d {
		case 6:
			run.Status, run.Error, took = sink.Failed, "tickets: page 1: source unavailable: given up after 1h0m0s: 503 Service Unavailable", 63*time.Minute
			for i := range run.Loads {
				run.Loads[i].Outcome, run.Loads[i].Error, run.Loads[i].Counts = sink.Broken, run.Error, sink.Counts{}
			}
		case 17:
			run.Status, run.Error = sink.Partial, "users: page 3: decode: unexpected end of JSON"
		}
		run.Finished = began.Add(took)
		r.Runs = append(r.Runs, run)
	}
	latest := r.Runs[0]
	hour := now.UTC().Add(-15 * time.Minute).Truncate(time.Hour).Add(15 * time.Minute)
	for h := 8; h >= 0; h-- {
		began := hour.Add(-time.Duration(h) * time.Hour)
		n := int64(20 + random.IntN(300))
		run := sink.RunReport{Run: sink.Run{ID: began.Format("20060102T150405Z") + "-h", Started: began, Finished: began.Add(time.Duration(2000+7*n) * time.Millisecond), Status: sink.Done, Trigger: "schedule", Version: "1.4.0"}}
		for i, table := range streams[0].tables {
			run.Loads = append(run.Loads, sink.LoadReport{Stream: "tickets", Table: table, CommittedAt: run.Finished, Outcome: sink.Complete,
				Counts: sink.Counts{Read: n, Inserted: n / 5, Updated: n - n/5}, Requests: int64(1 - i)})
		}
		r.Runs = slices.Insert(r.Runs, 0, run)
	}
	for _, s := range streams {
		for i, table := range s.tables {
			t := sink.TableReport{Name: table, Rows: s.rows[i], Deleted: s.rows[i] / 400, Stream: s.name, LoadedAt: latest.Started.Add(3 * time.Minute),
				FreshAt: latest.Started.Add(3 * time.Minute), LastRunID: latest.ID, LastStatus: latest.Status, Outcome: sink.Complete}
			if s.name == "tickets" {
				t.FreshAt, t.LoadedAt, t.LastRunID = r.Runs[0].Finished, r.Runs[0].Finished, r.Runs[0].ID
			}
			if s.name == "sla_policies" {
				t.Outcome, t.Error, t.FreshAt, t.Rows = sink.Unavailable, "it needs the Professional plan or higher", time.Time{}, 0
			}
			r.Tables = append(r.Tables, t)
		}
		if !s.pass {
			c := state.Checkpoint{Stream: s.name, Cursor: fmt.Sprint(latest.Started.Unix()), HighWater: r.Tables[len(r.Tables)-1].FreshAt.Add(-2 * time.Minute), Tables: s.tables, RunID: latest.ID, SavedAt: latest.Started}
			if s.name == "tickets" || s.name == "users" {
				c.Cursor = "MTc2MzY4NDQwMC4wfHwxMTQyNTM3NDA2MjI5MnwxNzYzNjg0NDAwLjB8fDE="
			}
			r.Checkpoints[s.name] = c
		}
	}
	for i, issue := range []sink.IssueReport{
		{Table: "tickets", Column: "custom_status_category", Reason: "no column is made for this field", Count: 18_204},
		{Table: "ticket_audits", Column: "metadata.system.ip_address", Reason: "the value is nested too deeply; _desklake_extra has a string with its text", Count: 12},
		{Table: "users", Column: "phone", Reason: "the value is not text", Count: 3},
		{Table: "sla_policies", Reason: "not available: it needs the Professional plan or higher", Count: 30},
		{Table: "macros", Column: "position", Reason: "the value is not a whole number", Count: 1},
	} {
		issue.FirstSeen, issue.LastSeen, issue.RunID = night.AddDate(0, 0, -29), night.AddDate(0, 0, -2*i), latest.ID
		r.Latest = append(r.Latest, issue)
	}
	return r
}

// withData is a service after a month.
func withData(t testing.TB, now time.Time) *scene {
	s := newScene(t, now)
	r := monthOfRuns(now)
	s.board.Report(r, nil)
	s.service.Jobs[0].Last = Outcome{At: r.Runs[9].Finished, Status: sink.Done}
	s.service.Jobs[1].Last = Outcome{At: r.Runs[0].Finished, Status: sink.Done}
	s.board.Responded(extract.Response{Code: 200, Bytes: 1 << 20, Quotas: []extract.Quota{
		{Name: "account", Limit: 700, Left: 512, Resets: now.Add(40 * time.Second)}, {Name: "incremental-exports", Limit: 10, Left: 3, Resets: now.Add(40 * time.Second)}}})
	return s
}

// duringRun is a service with a run under way.
func duringRun(t testing.TB, now time.Time) *scene {
	s := withData(t, now)
	var names []string
	for _, one := range streams {
		names = append(names, one.name)
	}
	b := s.board
	b.Began("nightly", planOf(names...))
	s.service.Jobs[0].Since, s.service.Jobs[1].Waiting = now.Add(-94*time.Second), true
	for i, s := range streams[:9] {
		step := pipeline.Step{Rows: min(s.rows[0], int64(1200*(9-i))), Requests: 9 - i}
		from := extract.Position{}
		if !s.pass {
			from.HighWater, step.At = now.Add(-26*time.Hour), now.Add(-time.Duration(i)*time.Hour)
		}
		b.Started(s.name, from)
		b.Moved(s.name, step)
	}
	b.Finished(pipeline.StreamResult{Stream: "groups"})
	b.Finished(pipeline.StreamResult{Stream: "organizations"})
	b.Finished(pipeline.StreamResult{Stream: "macros", Err: errors.New("macros: page 2: source unavailable: given up after 1h0m0s: 503 Service Unavailable")})
	b.Waiting("ticket_events", extract.Wait{For: "export quota", Until: now.Add(38 * time.Second)})
	return s
}

// afterFailure is a service whose last run went wrong, two nights after the last good one.
func afterFailure(t testing.TB, now time.Time) *scene {
	s := withData(t, now)
	r := monthOfRuns(now)
	r.Runs = r.Runs[9:]
	last := &r.Runs[0]
	last.Status, last.Error = sink.Partial, "ticket_events: page 212: source unavailable: given up after 1h0m0s: 503 Service Unavailable"
	last.Finished = last.Started.Add(64 * time.Minute)
	for i := range last.Loads {
		if l := &last.Loads[i]; l.Stream == "ticket_events" {
			l.Outcome, l.Error = sink.Broken, last.Error
		}
	}
	for i := range r.Tables {
		switch tab := &r.Tables[i]; {
		case tab.Stream == "ticket_events":
			tab.Outcome, tab.Error, tab.FreshAt, tab.LastStatus = sink.Broken, last.Error, tab.FreshAt.AddDate(0, 0, -1), sink.Partial
		case tab.Name == "tags":
			tab.FreshAt = tab.FreshAt.AddDate(0, 0, -3)
		}
	}
	s.board.Report(r, nil)
	s.service.Jobs[0].Last = Outcome{At: last.Finished, Status: sink.Partial, Error: last.Error}
	return s
}

func keep(tables []sink.TableReport, names []string) []sink.TableReport {
	return slices.DeleteFunc(slices.Clone(tables), func(t sink.TableReport) bool { return !slices.Contains(names, t.Name) })
}
