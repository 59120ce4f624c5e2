package cli

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"desklake/extract"
	"desklake/internal/golden"
	"desklake/internal/health"
	"desklake/internal/term"
	"desklake/sink"
	"desklake/state"
)

// lakeReport is a destination with everything that a report can hold.
func lakeReport() (r sink.Report, now time.Time) {
	now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) time.Time { return now.Add(-d) }
	failed := sink.Run{ID: "20261120T110000Z-bbbbbb", Started: at(time.Hour), Finished: at(59 * time.Minute), Status: sink.Partial,
		Trigger: "schedule nightly", Version: "v1.0.0", Error: "users: page 3: credentials refused"}
	done := sink.Run{ID: "20261118T020000Z-aaaaaa", Started: at(58 * time.Hour), Finished: at(58*time.Hour - 1500*time.Millisecond), Status: sink.Done,
		Trigger: "cli", Version: "v1.0.0"}
	killed := sink.Run{ID: "20261117T020000Z-cccccc", Started: at(82 * time.Hour), Status: sink.Killed, Trigger: "cli", Version: "v1.0.0"}
	return sink.Report{
		Tables: []sink.TableReport{
			{Name: "groups", Rows: 7, Deleted: 1, Stream: "groups", LoadedAt: at(59 * time.Minute), FreshAt: at(25 * time.Hour), LastRunID: failed.ID, LastStatus: sink.Partial},
			{Name: "tickets", Rows: 1_234_567, Deleted: 89, Stream: "tickets", LoadedAt: at(58 * time.Hour), FreshAt: at(58 * time.Hour), LastRunID: done.ID, LastStatus: sink.Done},
		},
		Checkpoints: map[string]state.Checkpoint{"tickets": {Stream: "tickets", Cursor: `{"after":"MTc5="}`, HighWater: at(58*time.Hour + time.Minute),
			Tables: []string{"ticket_metrics", "tickets"}, RunID: done.ID, SavedAt: at(58 * time.Hour)}},
		LastRun: &failed,
		Runs: []sink.RunReport{
			{Run: failed, Loads: []sink.LoadReport{{Stream: "groups", Table: "groups", Counts: sink.Counts{Read: 7, Unchanged: 7, Deleted: 1}, Requests: 1}}},
			{Run: done, Loads: []sink.LoadReport{{Stream: "tickets", Table: "tickets", Counts: sink.Counts{Read: 1_234_656, Inserted: 1_234_656},
				Requests: 1235, Retries: 2, Waited: 98*time.Minute + 1500*time.Millisecond, CursorAfter: `{"after":"MTc5="}`}}},
			{Run: killed},
		},
		Issues: 3,
	}, now
}

func lakePlan() planReport {
	lacking := &extract.Unavailable{Stream: "sla_policies", Reason: "it needs another plan", Err: errors.New("GET /api/v2/slas/policies: 404 Not Found")}
	return newPlan(extract.Estimate{
		Streams: []extract.StreamEstimate{
			{Stream: "tickets", Route: "/api/v2/incremental/tickets/cursor", Rows: 1_834, Requests: 2, Time: 2 * time.Second},
			{Stream: "ticket_events", Route: "/api/v2/incremental/ticket_events", Rows: 9_870_000, Requests: 9_870, Time: 987 * time.Minute},
			{Stream: "groups", Route: "/api/v2/groups", Rows: 7, Exact: true, Requests: 1, Time: time.Second},
			{Stream: "sla_policies", Route: "/api/v2/slas/policies", Err: lacking},
		},
		Time: 987 * time.Minute, PerDay: 400 * 24 * 60, Spent: 7,
	}, map[string]extract.Position{"tickets": {HighWater: time.Date(2026, 11, 18, 1, 59, 0, 0, time.UTC)}},
		[]sink.Change{{Table: "ticket_audits"}, {Table: "ticket_comments"}, {Table: "tickets", Column: "custom_status_id"}})
}

var lakeChecks = []checkRow{
	{Subject: "configuration", State: "ok", Found: "config.yaml"},
	{Subject: "sink", State: "ok", Found: "helpdesk.duckdb (duckdb), will be created"},
	{Subject: "role", State: "warning", Found: "agent", Advice: "an admin sees more"},
	{Subject: "tickets", State: "failed", Found: "GET /api/v2/incremental/tickets/cursor: 403 Forbidden", Advice: "an admin may"},
	{Subject: "users", State: "failed", Found: "GET /api/v2/incremental/users/cursor: 403 Forbidden", Advice: "an admin may"},
}

// samples are what commands print of the same, by the name of a golden file: the command's for JSON.
func samples() map[string]func(io.Writer) error {
	r, now := lakeReport()
	return map[string]func(io.Writer) error{
		"status.txt": func(w io.Writer) error {
			return printStatus(w, false, []statusReport{newStatus(r, []string{"groups", "tickets"}, nil, now)}, now)
		},
		"status.json":     func(w io.Writer) error { return term.JSON(w, newStatus(r, []string{"groups", "tickets"}, nil, now)) },
		"runs.txt":        func(w io.Writer) error { return printRuns(w, false, health.Merge(nil, "", r.Runs), now) },
		"runs.json":       func(w io.Writer) error { return term.JSON(w, runRows(health.Merge(nil, "", r.Runs))) },
		"run.txt":         func(w io.Writer) error { return printRun(w, health.SourceRun{RunReport: r.Runs[0]}) },
		"plan.txt":        func(w io.Writer) error { return lakePlan().print(w, "helpdesk.duckdb") },
		"plan.json":       func(w io.Writer) error { return term.JSON(w, lakePlan()) },
		"check.txt":       func(w io.Writer) error { return printChecks(w, lakeChecks) },
		"check.json":      func(w io.Writer) error { return term.JSON(w, lakeChecks) },
		"state-show.txt":  func(w io.Writer) error { return printState(w, false, stateRows("", r.Checkpoints), now) },
		"state-show.json": func(w io.Writer) error { return term.JSON(w, stateRows("", r.Checkpoints)) },
	}
}

func TestReportsForPeopleAndForMachines(t *testing.T) {
	t.Parallel()
	for name, print := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := print(&b); err != nil {
				t.Fatal(err)
			}
			golden.Equal(t, "testdata/"+name, b.String())
		})
	}
}
