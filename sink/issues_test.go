package sink_test

import (
	"fmt"
	"testing"
	"time"

	"desklake/schema"
	"desklake/sink"
)

// fields are issues of n fields of their own.
func fields(name string, n int) (met []schema.Issue) {
	for i := range n {
		met = append(met, schema.Issue{Table: "tickets", Column: fmt.Sprint(name, " ", i), Reason: "odd", Count: 2})
	}
	return met
}

func TestIssuesOfATableAreBoundedAndNoneIsForgotten(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 2, 0, 0, 0, time.UTC) }
	var rows []sink.IssueRow
	total := int64(0)
	add := func(run string, n int, met ...schema.Issue) {
		rows = sink.MergeIssues(rows, run, day(n), met)
		total += 2 * int64(len(met))
	}
	listed := func(name string) (n int) {
		for _, r := range rows {
			var field int
			if _, err := fmt.Sscanf(r.Column, name+" %d", &field); err == nil {
				n++
			}
		}
		return n
	}
	check := func(what string, want ...int) {
		t.Helper()
		sum, more := int64(0), 0
		for _, r := range rows {
			sum += r.Count
			if r.Reason == schema.MoreIssues {
				more++
			}
		}
		got := []int{listed("old"), listed("new"), listed("newest")}
		if fmt.Sprint(got) != fmt.Sprint(want) || sum != total || len(rows)-more > schema.MaxIssues || more > 1 {
			t.Errorf("%s: %v listed, want %v; %d rows, %d counted, want %d", what, got, want, len(rows), sum, total)
		}
	}
	add("r1", 1, fields("old", 600)...)
	add("r2", 2, fields("new", 400)...)
	check("as many as there may be", 600, 400, 0)
	add("r3", 3, append(fields("newest", 100), fields("old", 10)...)...)
	check("the oldest make room", 500, 400, 100)
	add("r3", 4, fields("newest", 5000)...)
	check("what a run met first stays", 10, 0, 990)
	add("r3", 5, schema.Issue{Table: "tickets", Reason: "refused", Count: 2})
	if i := rows[1]; i.Reason != "refused" {
		t.Errorf("what concerns the table is not listed: %+v", i)
	}
	check("what concerns the table", 10, 0, 989)
	add("r4", 6, fields("old", 1)...)
	if i := rows[0]; i.Reason != schema.MoreIssues || !i.FirstSeen.Equal(day(1)) {
		t.Errorf("%+v", i)
	}
	for _, r := range rows {
		if r.Column == "old 0" && (r.Count != 6 || !r.FirstSeen.Equal(day(1)) || !r.LastSeen.Equal(day(6)) || r.RunID != "r4") {
			t.Errorf("%+v", r)
		}
	}
}
