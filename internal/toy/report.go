package toy

import (
	"maps"
	"slices"

	"desklake/sink"
	"desklake/sink/book"
)

// report says what a look asks for.
func (c *content) report(look sink.Look) sink.Report {
	r := sink.Report{Checkpoints: c.checkpoints(), Issues: int64(len(c.Issues)), Latest: book.LatestIssues(c.Issues)}
	runs := book.RunReports(c.Runs)
	if len(runs) > 0 {
		r.LastRun = &runs[0].Run
	}
	for _, run := range runs {
		if r.FirstRunAt.IsZero() || run.Started.Before(r.FirstRunAt) {
			r.FirstRunAt = run.Started
		}
	}
	book.AddLoads(runs, c.Loads)
	r.Runs = look.Cut(runs)
	for _, name := range slices.Sorted(maps.Keys(c.Known)) {
		last := c.Known[name].Last
		if last.CommittedAt.IsZero() {
			continue // prepared, and never loaded
		}
		status := c.Known[name].Status
		if i := slices.IndexFunc(runs, func(run sink.RunReport) bool { return run.ID == last.RunID }); i >= 0 {
			status = runs[i].Status
		}
		t := book.TableReport(last, status, r.Checkpoints)
		t.Rows = c.Tables[name].live()
		t.Deleted = int64(len(c.Tables[name].Rows)) - t.Rows
		r.Tables = append(r.Tables, t)
	}
	return r
}
