package sinktest

import (
	"fmt"
	"testing"

	"desklake/schema"
	"desklake/sink"
)

// boundedIssues meets more kinds of issues than a table may have, in many commits of two runs.
func boundedIssues(t *testing.T, p *place) {
	p.open(pets)
	const commits, each = 4, schema.MaxIssues - 100
	for i := range commits {
		met := []schema.Issue{{Table: "words", Reason: "refused"}}
		for j := range each {
			met = append(met, schema.Issue{Table: "pets", Column: fmt.Sprint("field ", i*each+j), Reason: "unknown field", Value: "it's", Count: 2})
		}
		tx, err := p.sink.Begin(t.Context(), fmt.Sprint("run", i/2), "pets")
		if err == nil {
			_, err = tx.Commit(t.Context(), sink.Commit{At: minute(i), Issues: met})
		}
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			p.close()
			p.open(pets)
		}
	}
	p.close()
	rows, total, latest := map[string]int{}, map[string]int64{}, 0
	for _, row := range sorted(t, p.rows, "desklake.issues") {
		var r struct {
			Table  string `json:"table_name"`
			Column string `json:"column_name"`
			Run    string `json:"run_id"`
			Count  int64  `json:"count"`
		}
		read(t, row, &r)
		rows[r.Table]++
		total[r.Table] += r.Count
		if r.Column != "" && r.Run == "run1" {
			latest++
		}
	}
	if rows["pets"] > schema.MaxIssues+1 || total["pets"] != 2*commits*each || rows["words"] != 1 || total["words"] != commits {
		t.Errorf("rows %v with counts %v", rows, total)
	}
	if latest != schema.MaxIssues {
		t.Errorf("%d are of the latest run", latest)
	}
}
