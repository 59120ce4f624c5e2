package sink

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"desklake/schema"
)

// IssueRow is a row of desklake.issues. Times are UTC.
type IssueRow struct {
	schema.Issue
	FirstSeen, LastSeen time.Time
	RunID               string // that met it last
}

// MergeIssues returns the rows of desklake.issues for one table, of which some are stored, after a run met more issues of it.
// schema.MaxIssues stay: what concerns the whole table, then what this run met first, then what was met last. One
// more row counts the others.
func MergeIssues(stored []IssueRow, run string, at time.Time, met []schema.Issue) []IssueRow {
	rows := issueRows{}
	for _, r := range stored {
		rows.add(r)
	}
	for _, i := range met {
		i.Count = max(i.Count, 1)
		for _, text := range []*string{&i.Key, &i.Column, &i.Reason, &i.Value} {
			*text = strings.ToValidUTF8(*text, "\uFFFD") // as it is stored: it is to be known again
		}
		rows.add(IssueRow{Issue: i, FirstSeen: at, LastSeen: at, RunID: run})
	}
	if len(rows.all) <= schema.MaxIssues {
		return rows.all
	}
	rank := func(r IssueRow) int {
		switch {
		case r.Reason == schema.MoreIssues:
			return 0
		case r.Key == "" && r.Column == "":
			return 1
		case r.RunID == run:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(rows.all, func(a, b IssueRow) int {
		if order := cmp.Compare(rank(a), rank(b)); order != 0 || rank(a) < 3 {
			return order
		}
		return b.LastSeen.Compare(a.LastSeen)
	})
	limit := schema.MaxIssues
	if rank(rows.all[0]) == 0 {
		limit = min(limit+1, len(rows.all))
	}
	kept := issueRows{}
	for i, r := range rows.all {
		if i >= limit {
			r = IssueRow{Issue: schema.Issue{Table: r.Table, Reason: schema.MoreIssues, Count: r.Count}, FirstSeen: r.FirstSeen, LastSeen: r.LastSeen, RunID: r.RunID}
		}
		kept.add(r)
	}
	return kept.all
}

// IssuesByTable sorts issues by their tables, as MergeIssues takes them.
func IssuesByTable(met []schema.Issue) map[string][]schema.Issue {
	tables := map[string][]schema.Issue{}
	for _, i := range met {
		tables[i.Table] = append(tables[i.Table], i)
	}
	return tables
}

// Report is the row without what it holds of the source's data.
func (r IssueRow) Report() IssueReport {
	return IssueReport{Table: r.Table, Column: r.Column, Reason: r.Reason, Count: r.Count, FirstSeen: r.FirstSeen, LastSeen: r.LastSeen, RunID: r.RunID}
}

// issueRows has one row for each issue.
type issueRows struct {
	all []IssueRow
	at  map[schema.IssueID]int
}

// add adds what was met later.
func (s *issueRows) add(r IssueRow) {
	if s.at == nil {
		s.at = map[schema.IssueID]int{}
	}
	i, known := s.at[r.ID()]
	if !known {
		s.at[r.ID()] = len(s.all)
		s.all = append(s.all, r)
		return
	}
	was := s.all[i]
	r.Count += was.Count
	if was.FirstSeen.Before(r.FirstSeen) {
		r.FirstSeen = was.FirstSeen
	}
	if r.LastSeen.Before(was.LastSeen) {
		r.LastSeen, r.RunID = was.LastSeen, was.RunID
	}
	s.all[i] = r
}
