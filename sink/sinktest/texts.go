package sinktest

import (
	"strings"
	"testing"

	"desklake/schema"
	"desklake/sink"
)

// badTexts stores errors and issues with a byte of another encoding, as an answer's headers can have it.
func badTexts(t *testing.T, p *place) {
	const text = "id-\xe9-1"
	p.open(pets)
	err := p.sink.SaveRun(t.Context(), sink.Run{ID: "run", Started: minute(1), Finished: minute(2), Status: sink.Failed, Trigger: "cli", Version: "1", Error: text})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is met again
		tx := p.begin(pets)
		c := commitOf(pets, "c")
		c.Load.Outcome, c.Load.Error = sink.Broken, text
		c.Issues = []schema.Issue{{Table: "pets", Key: text, Column: text, Reason: text, Value: text}}
		if _, err := tx.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		p.close()
		p.open(pets)
	}
	p.close()
	for _, table := range []string{"desklake.runs", "desklake.loads", "desklake.issues"} {
		rows, err := p.rows(table)
		if err != nil || len(rows) != 1 || !strings.Contains(rows[0], "id-\uFFFD-1") {
			t.Errorf("%s: %q, %v", table, rows, err)
		}
	}
	report, err := p.inspect(sink.All)
	if err != nil || report.LastRun.Error != "id-\uFFFD-1" {
		t.Errorf("%+v, %v", report.LastRun, err)
	}
}
