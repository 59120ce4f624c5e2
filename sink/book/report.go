package book

import (
	"cmp"
	"slices"
	"strings"

	"desklake/sink"
	"desklake/state"
)

// RunReports are rows of runs for a Report, without what they did: the one that was stored last first, whatever the clock said.
func RunReports(rows []Run) []sink.RunReport {
	runs := make([]sink.RunReport, len(rows))
	for i, r := range rows {
		runs[len(rows)-1-i].Run = r.Run
	}
	return runs
}

// AddLoads adds to runs what they did. Rows of other runs are left out.
func AddLoads(runs []sink.RunReport, rows []Load) {
	at := map[string]int{}
	for i, r := range runs {
		at[r.ID] = i
	}
	for _, row := range rows {
		if i, wanted := at[row.RunID]; wanted {
			runs[i].Loads = append(runs[i].Loads, row.LoadReport)
		}
	}
	for i := range runs {
		slices.SortStableFunc(runs[i].Loads, func(a, b sink.LoadReport) int { return strings.Compare(a.Stream, b.Stream) })
	}
}

// TableReport is what a Report says of a table without its rows: by what was done to it last, how the run stands that did it, and
// the checkpoints.
func TableReport(last Load, status sink.Status, checkpoints map[string]state.Checkpoint) sink.TableReport {
	return sink.TableReport{Name: last.Table, Stream: last.Stream, LoadedAt: last.CommittedAt, FreshAt: sink.FreshAt(checkpoints, last.Table),
		LastRunID: last.RunID, LastStatus: status, Outcome: last.Outcome, Error: last.Error}
}

// LatestIssues are the issues of a Report.
func LatestIssues(rows []Issue) (latest []sink.IssueReport) {
	rows = slices.SortedFunc(slices.Values(rows), func(a, b Issue) int {
		return cmp.Or(b.LastSeen.Compare(a.LastSeen), strings.Compare(a.Table, b.Table), strings.Compare(a.Column, b.Column),
			strings.Compare(a.Reason, b.Reason), strings.Compare(a.Key, b.Key))
	})
	for _, r := range rows[:min(sink.LatestIssues, len(rows))] {
		latest = append(latest, r.Report())
	}
	return latest
}
