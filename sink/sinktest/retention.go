package sinktest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink"
)

// pastRun stores a run that lasted from minute m to the next, with one load and one issue of its own.
func (p *place) pastRun(m int) {
	p.t.Helper()
	run := sink.Run{ID: fmt.Sprintf("run-%03d", m), Started: minute(m), Status: sink.Running, Trigger: "cli", Version: "1"}
	err := p.sink.SaveRun(p.t.Context(), run)
	if err == nil {
		var tx sink.Tx
		if tx, err = p.sink.Begin(p.t.Context(), run.ID, "pets"); err == nil {
			c := commitOf(pets, fmt.Sprint("c", m))
			c.At, c.Issues = minute(m), []schema.Issue{{Table: "pets", Column: fmt.Sprint("field ", m), Reason: "unknown field", Count: 1}}
			_, err = tx.Commit(p.t.Context(), c)
		}
	}
	if err == nil {
		run.Finished, run.Status = minute(m+1), sink.Done
		err = p.sink.SaveRun(p.t.Context(), run)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// forgetting forgets the beginning of a history, also of one that is stored already, and the rest stays.
func forgetting(t *testing.T, p *place) {
	p.open(pets)
	for m := range 6 {
		p.pastRun(m)
		if m == 3 {
			p.close()
			p.open(pets)
		}
	}
	for range 2 {
		if err := p.sink.Forget(t.Context(), minute(4)); err != nil {
			t.Fatal(err)
		}
	}
	p.close()
	for table, column := range map[string]string{"desklake.runs": "run_id", "desklake.loads": "run_id", "desklake.issues": "run_id"} {
		var got []string
		for _, row := range sorted(t, p.rows, table) {
			var fields struct {
				Run string `json:"run_id"`
			}
			read(t, row, &fields)
			got = append(got, fields.Run)
		}
		if diff := cmp.Diff([]string{"run-004", "run-005"}, got); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", column, table, diff)
		}
	}
	// What is not history stays.
	p.open(pets)
	err := p.sink.SaveRun(t.Context(), sink.Run{ID: "run-099", Started: minute(99), Status: sink.Running})
	if err == nil {
		err = p.sink.Forget(t.Context(), minute(99))
	}
	if err != nil {
		t.Fatal(err)
	}
	p.close()
	report, err := p.inspect(sink.All)
	if err != nil || len(report.Runs) != 1 || len(report.Tables) != 1 || report.Tables[0].LastRunID != "run-005" || report.Tables[0].LastStatus != sink.Done {
		t.Errorf("%d runs, tables %+v, %v", len(report.Runs), report.Tables, err)
	}
	p.open(pets)
	stored, err := p.sink.Checkpoints(t.Context())
	if err != nil || stored["pets"].Cursor != "c5" {
		t.Errorf("checkpoints: %+v, %v", stored, err)
	}
}

// wrongClock stores runs whose times are not in their order.
func wrongClock(t *testing.T, p *place) {
	p.open(pets)
	var want []string
	for _, m := range []int{3, 90, 4, 1, 5} {
		p.pastRun(m)
		want = append([]string{fmt.Sprintf("run-%03d", m)}, want...)
		p.close()
		p.open(pets)
	}
	p.close()
	report, err := p.inspect(sink.All)
	var got []string
	for _, r := range report.Runs {
		got = append(got, r.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || report.LastRun == nil || report.LastRun.ID != "run-005" {
		t.Errorf("last run %+v, %v (-want +got):\n%s", report.LastRun, err, diff)
	}
}

func looks(t *testing.T, p *place) {
	p.open(pets)
	for m := range 6 {
		p.pastRun(m)
	}
	p.close()
	for _, c := range []struct {
		look sink.Look
		want []string
	}{
		{sink.Look{}, nil},
		{sink.Look{Runs: 2}, []string{"run-005", "run-004"}},
		{sink.Look{Runs: 2, Loads: true}, []string{"run-005 1", "run-004 1"}},
		{sink.Look{Runs: -1, Since: minute(3)}, []string{"run-005", "run-004", "run-003"}},
		{sink.Look{Runs: 1, Since: minute(3)}, []string{"run-005"}},
		{sink.Look{Runs: -1, Prefix: "run-002", Loads: true}, []string{"run-002 1"}},
		{sink.Look{Runs: -1}, []string{"run-005", "run-004", "run-003", "run-002", "run-001", "run-000"}},
	} {
		report, err := p.inspect(c.look)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range report.Runs {
			name := r.ID
			if len(r.Loads) > 0 {
				name += fmt.Sprint(" ", len(r.Loads))
			}
			got = append(got, name)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.look, diff)
		}
		if report.LastRun == nil || report.LastRun.ID != "run-005" || !report.FirstRunAt.Equal(minute(0)) {
			t.Errorf("%+v: last run %+v, first run at %v", c.look, report.LastRun, report.FirstRunAt)
		}
	}
}
