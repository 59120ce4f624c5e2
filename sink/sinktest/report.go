package sinktest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

func report(t *testing.T, p *place) {
	if _, err := p.inspect(sink.All); err == nil {
		t.Error("a destination that does not exist has a report")
	}
	p.open(pets, words)
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	earlier := sink.Run{ID: "r1", Started: minute(0), Finished: minute(1), Status: sink.Failed, Trigger: "cli", Version: "1", Error: "no luck"}
	later := sink.Run{ID: "run", Started: minute(2), Status: sink.Running, Trigger: "schedule", Version: "2"}
	last := sink.Run{ID: "run2", Started: minute(3), Finished: minute(4), Status: sink.Partial, Trigger: "cli", Version: "2", Error: "it broke"}
	check(p.sink.SaveRun(ctx, earlier))
	check(p.sink.SaveRun(ctx, later))
	for i := range 2 {
		tx := p.begin(pets)
		p.write(tx, pets, i, pet(1, "Rex", i), pet(int64(i+2), "x", 1, fmt.Sprintf(`"status":%q`, []string{"deleted", "here"}[i])))
		c := commitOf(pets, fmt.Sprint("c", i))
		c.Load = sink.Load{Tables: []string{"pets", "words"}, Requests: 2, Retries: 1, Waited: 1250 * time.Millisecond, CursorBefore: "c", CursorAfter: c.Load.CursorAfter}
		c.Issues = []schema.Issue{{Table: "pets", Column: "legs", Reason: "unknown field", Count: 2}}
		c.Checkpoint.Tables = []string{"pets", "words"}
		if i == 1 {
			c.Load.Outcome, c.Checkpoint.CompleteAt = sink.Complete, minute(2)
		}
		_, err := tx.Commit(ctx, c)
		check(err)
	}
	check(p.sink.SaveRun(ctx, last))
	tx, err := p.sink.Begin(ctx, "run2", "words")
	check(err)
	c := sink.Commit{At: minute(3), Load: sink.Load{Tables: []string{"words"}, Outcome: sink.Broken, Error: "it broke"},
		Issues: []schema.Issue{{Table: "words", Key: "late", Reason: "odd", Value: "v"}}}
	_, err = tx.Commit(ctx, c)
	check(err)
	p.close()
	complete := commitOf(pets, "c1").Checkpoint
	complete.Tables, complete.CompleteAt = []string{"pets", "words"}, minute(2)
	want := sink.Report{
		Tables: []sink.TableReport{
			{Name: "pets", Rows: 2, Deleted: 1, Stream: "pets", LoadedAt: minute(2), FreshAt: minute(2), LastRunID: "run", LastStatus: sink.Running, Outcome: sink.Complete},
			{Name: "words", Stream: "words", LoadedAt: minute(3), FreshAt: minute(2), LastRunID: "run2", LastStatus: sink.Partial, Outcome: sink.Broken, Error: "it broke"},
		},
		Checkpoints: map[string]state.Checkpoint{"pets": complete},
		LastRun:     &last,
		FirstRunAt:  minute(0),
		Runs: []sink.RunReport{
			{Run: last, Loads: []sink.LoadReport{{Stream: "words", Table: "words", CommittedAt: minute(3), Outcome: sink.Broken, Error: "it broke"}}},
			{Run: later, Loads: []sink.LoadReport{
				{Stream: "pets", Table: "pets", Counts: sink.Counts{Read: 4, Inserted: 3, Updated: 1}, Requests: 4, Retries: 2, Waited: 2500 * time.Millisecond,
					CursorBefore: "c", CursorAfter: "c1", CommittedAt: minute(2), Outcome: sink.Complete},
				{Stream: "pets", Table: "words", CursorBefore: "c", CursorAfter: "c1", CommittedAt: minute(2), Outcome: sink.Complete},
			}},
			{Run: earlier},
		},
		Issues: 2,
		Latest: []sink.IssueReport{
			{Table: "words", Reason: "odd", Count: 1, FirstSeen: minute(3), LastSeen: minute(3), RunID: "run2"},
			{Table: "pets", Column: "legs", Reason: "unknown field", Count: 4, FirstSeen: minute(2), LastSeen: minute(2), RunID: "run"},
		},
	}
	got, err := p.inspect(sink.All)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("report (-want +got):\n%s%v", diff, err)
	}
}

// killedRun looks at a run beside it, where that can be, and behind its end, of which nothing was stored.
func killedRun(t *testing.T, p *place) {
	for _, finished := range []bool{false, true} {
		p.open(pets)
		run := sink.Run{ID: fmt.Sprint("run", finished), Started: minute(1), Status: sink.Running}
		err := p.sink.SaveRun(t.Context(), run)
		var tx sink.Tx
		if err == nil {
			tx, err = p.sink.Begin(t.Context(), run.ID, "pets")
		}
		if err == nil {
			_, err = tx.Commit(t.Context(), commitOf(pets, "c"))
		}
		if err != nil {
			t.Fatal(err)
		}
		says := func(want sink.Status) {
			t.Helper()
			r, err := p.inspect(sink.All)
			var locked *sink.Locked
			if want == sink.Running && errors.As(err, &locked) {
				return
			}
			if err != nil || r.LastRun.Status != want || r.Runs[0].Status != want || r.Tables[0].LastStatus != want {
				t.Errorf("want %s: %+v, %v", want, r, err)
			}
		}
		says(sink.Running)
		want := sink.Killed
		if finished {
			run.Status, want = sink.Done, sink.Done
			if err := p.sink.SaveRun(t.Context(), run); err != nil {
				t.Fatal(err)
			}
		}
		p.close()
		says(want)
	}
}

func changes(t *testing.T, p *place) {
	check := func(want ...sink.Change) {
		t.Helper()
		got, err := p.Changes(t.Context(), []*schema.Table{pets, words})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("changes (-want +got):\n%s%v", diff, err)
		}
	}
	check(sink.Change{}, sink.Change{Table: "pets"}, sink.Change{Table: "words"})
	older := *pets
	older.Columns = pets.Columns[:len(pets.Columns)-1]
	older.Version = ""
	p.open(&older)
	p.close()
	check(sink.Change{Table: "pets", Column: "updated_at"}, sink.Change{Table: "words"})
	p.open(pets, words)
	p.close()
	check()
}
