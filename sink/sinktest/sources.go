package sinktest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink"
)

// severalSources runs two sources in turns in one destination, each with a run that is killed, one that is done, a checkpoint and
// an issue of the same names; and looks whether one ever has what is the other's.
func severalSources(t *testing.T, p *place) {
	acme, beta := p.of("acme"), p.of("beta")
	p.holds("before the first run")
	for m, of := range []*place{acme, beta} {
		of.turn(10*m+10, 1)
	}
	acme.turn(30, 2) // beta's first run is not over, as far as acme knows
	acme.knows("acme's second turn", "run-030 killed", "run-010 killed")
	beta.knows("acme's second turn", "run-020 killed")
	beta.turn(40, 3)
	acme.knows("beta's second turn", "run-030 killed", "run-010 killed")
	beta.knows("beta's second turn", "run-040 killed", "run-020 killed")
	for of, want := range map[*place]int{acme: 2, beta: 3} {
		rows := sorted(t, of.rows, "pets")
		for _, row := range rows {
			if !strings.Contains(row, of.source) {
				t.Errorf("a row of %s is %s", of.source, row)
			}
		}
		if len(rows) != want {
			t.Errorf("%d rows of %s, want %d", len(rows), of.source, want)
		}
		r, err := of.Read(t.Context(), "pets")
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range readAll(t, r, pets, schema.Keys{}) {
			if row != rows[i] {
				t.Errorf("of %s %s is read, want %s", of.source, row, rows[i])
			}
			want--
		}
		if err := r.Close(); want != 0 || err != nil {
			t.Errorf("%d rows of %s are not read, %v", want, of.source, err)
		}
	}

	p.holds("after both", "acme of acme's: pets, 00:30", "beta of beta's: pets, 00:40")
	p.turn(50, 1)
	p.holds("with one without a name", " of 's: pets, 00:50", "acme of acme's: pets, 00:30", "beta of beta's: pets, 00:40")
	if err := p.Drop("pets"); err != nil {
		t.Fatal(err)
	}
	p.holds("without its table", "acme of acme's: pets, 00:30", "beta of beta's: pets, 00:40")

	beta.open(pets)
	err := beta.sink.Forget(t.Context(), minute(35))
	if err == nil {
		err = beta.sink.DeleteCheckpoint(t.Context(), "pets")
	}
	if err != nil {
		t.Fatal(err)
	}
	beta.close()
	acme.knows("what beta has forgotten", "run-030 killed", "run-010 killed")
	report, err := beta.inspect(sink.All)
	if err != nil || len(report.Runs) != 1 || len(report.Checkpoints) != 0 {
		t.Errorf("beta knows of %d runs and %d checkpoints, %v", len(report.Runs), len(report.Checkpoints), err)
	}
}

// holds compares of which sources the destination says that there are tables.
func (p *place) holds(when string, want ...string) {
	p.t.Helper()
	reports, err := p.Sources(p.t.Context())
	var got []string
	for _, r := range reports {
		got = append(got, fmt.Sprintf("%s of %s: %s, %s", r.Name, r.Account, strings.Join(r.Tables, " "), r.LoadedAt.Format("15:04")))
		if !strings.Contains(r.Removal, r.Name) || r.Removal == "" {
			p.t.Errorf("%s: %s goes so: %s", when, r.Name, r.Removal)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		p.t.Errorf("%s: %v, sources (-want +got):\n%s", when, err, diff)
	}
}

// turn begins a run at minute m, which no other follows, with one commit of so many pets.
func (p *place) turn(m, rows int) {
	p.t.Helper()
	p.open(pets)
	run := fmt.Sprintf("run-%03d", m)
	err := p.sink.SaveRun(p.t.Context(), sink.Run{ID: run, Started: minute(m), Status: sink.Running, Trigger: "cli", Version: "1", Account: p.source + "'s"})
	if err != nil {
		p.t.Fatal(err)
	}
	tx, err := p.sink.Begin(p.t.Context(), run, "pets")
	if err != nil {
		p.t.Fatal(err)
	}
	for i := range rows {
		p.write(tx, pets, m, pet(int64(i), p.source, m))
	}
	c := commitOf(pets, fmt.Sprint(p.source, " ", m))
	c.Checkpoint.Account = p.source + "'s"
	c.At, c.Checkpoint.RunID, c.Checkpoint.CompleteAt, c.Load.Outcome = minute(m), run, minute(m), sink.Complete
	c.Issues = []schema.Issue{{Table: "pets", Column: "legs", Reason: "unknown field", Count: int64(m)}}
	if _, err = tx.Commit(p.t.Context(), c); err != nil {
		p.t.Fatal(err)
	}
	p.close()
}

// knows compares what a report and the rows of desklake's own tables say of a source with the runs that it had, the latest first:
// all began at the minutes of their names.
func (p *place) knows(when string, runs ...string) {
	p.t.Helper()
	report, err := p.inspect(sink.All)
	if err != nil {
		p.t.Fatal(err)
	}
	var got []string
	for _, r := range report.Runs {
		got = append(got, fmt.Sprint(r.ID, " ", r.Status))
		if len(r.Loads) != 1 {
			p.t.Errorf("%s: %s: %d loads of %s", when, p.source, len(r.Loads), r.ID)
		}
	}
	if diff := cmp.Diff(runs, got); diff != "" {
		p.t.Errorf("%s: runs of %s (-want +got):\n%s", when, p.source, diff)
	}
	var last, first, count int
	for i, run := range runs {
		var m int
		if _, err := fmt.Sscanf(run, "run-%d", &m); err != nil {
			p.t.Fatal(err)
		}
		if first, count = m, count+m; i == 0 {
			last = m
		}
	}
	if c := report.Checkpoints["pets"]; len(report.Checkpoints) != 1 || c.Cursor != fmt.Sprint(p.source, " ", last) {
		p.t.Errorf("%s: checkpoints of %s: %+v", when, p.source, report.Checkpoints)
	}
	if report.Issues != 1 || len(report.Latest) != 1 || report.Latest[0].Count != int64(count) || !report.Latest[0].FirstSeen.Equal(minute(first)) {
		p.t.Errorf("%s: %d issues of %s: %+v", when, report.Issues, p.source, report.Latest)
	}
	if !report.FirstRunAt.Equal(minute(first)) || !report.LastRun.Started.Equal(minute(last)) || !report.Tables[0].FreshAt.Equal(minute(last)) {
		p.t.Errorf("%s: %s: first run at %s, last run %+v, fresh at %s", when, p.source, report.FirstRunAt, report.LastRun, report.Tables[0].FreshAt)
	}
	for table, want := range map[string]int{"runs": len(runs), "loads": len(runs), "checkpoints": 1, "issues": 1} {
		rows := sorted(p.t, p.rows, "desklake."+table)
		for _, row := range rows {
			var of struct{ Source string }
			if read(p.t, row, &of); of.Source != p.source {
				p.t.Errorf("%s: %s of %s: %s", when, table, p.source, row)
			}
		}
		if len(rows) != want {
			p.t.Errorf("%s: %d %s of %s, want %d", when, len(rows), table, p.source, want)
		}
	}
}
