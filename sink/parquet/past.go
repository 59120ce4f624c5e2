package parquet

import (
	"slices"
	"time"

	"desklake/sink"
	"desklake/sink/book"
)

// pastRuns are the runs that a look asks for, the latest first. Chapters that can't have one are not read, and no more of
// one than it takes.
func (s *Sink) pastRuns(look sink.Look) (runs []sink.RunReport, err error) {
	if look.Runs == 0 {
		return nil, nil
	}
	if err := s.runs.load(s.path); err != nil {
		return nil, err
	}
	runs = look.Cut(book.RunReports(s.runs.rows))
	if look.Loads {
		if err := s.loads.load(s.path); err != nil {
			return nil, err
		}
		book.AddLoads(runs, s.loads.rows)
	}
	for _, c := range slices.Backward(s.chapters) {
		if look.Runs > 0 && len(runs) >= look.Runs {
			break
		}
		if c.Last.Before(look.Since) || !c.mayHave(look.Prefix) {
			continue
		}
		more, err := s.runsOf(c, look, len(runs))
		if err != nil {
			return nil, err
		}
		runs = append(runs, more...)
	}
	return runs, nil
}

// mayHave reports whether a chapter can have a run whose id begins so.
func (c *chapter) mayHave(prefix string) bool {
	return c.FirstID[:min(len(prefix), len(c.FirstID))] <= prefix && prefix <= c.LastID
}

// runsOf are the runs of a chapter that has ended that a look asks for, after it has found some.
func (s *Sink) runsOf(c chapter, look sink.Look, found int) (runs []sink.RunReport, err error) {
	books, loads := chapterBooks(c.Number)
	for group, err := range readGroups(book.Runs, books.path(s.path), true) {
		if err != nil {
			return nil, err
		}
		var rows []book.Run
		for r, err := range group {
			if err != nil {
				return nil, err
			}
			if _, current := s.runs.get(r); !current {
				rows = append(rows, r)
			}
		}
		rest := look
		if look.Runs > 0 {
			rest.Runs = look.Runs - found - len(runs)
		}
		all := book.RunReports(rows)
		runs = append(runs, rest.Cut(all)...)
		if rest.Runs == 0 || look.Runs > 0 && found+len(runs) >= look.Runs || summary(0, rows).Last.Before(look.Since) {
			break
		}
	}
	if !look.Loads || len(runs) == 0 {
		return runs, nil
	}
	var parts [][]book.Load
	wanted := map[string]bool{}
	for _, r := range runs {
		wanted[r.ID] = true
	}
	for group, err := range readGroups(book.Loads, loads.path(s.path), true) {
		if err != nil {
			return nil, err
		}
		var more []book.Load
		first, whole := true, false // the group begins with one that is wanted
		for l, err := range group {
			if err != nil {
				return nil, err
			}
			if wanted[l.RunID] {
				more, whole = append(more, l), whole || first
			}
			first = false
		}
		parts = append(parts, more)
		// The loads stand in the order of their runs, of which the last ones are wanted, but where names are.
		if len(more) > 0 && !whole && look.Prefix == "" {
			break
		}
	}
	slices.Reverse(parts)
	book.AddLoads(runs, slices.Concat(parts...))
	return runs, nil
}

// endsOfHistory are the latest run and the time at which the earliest one began.
func (s *Sink) endsOfHistory() (last *sink.Run, first time.Time, err error) {
	latest, err := s.pastRuns(sink.Look{Runs: 1})
	if err != nil || len(latest) == 0 {
		return nil, time.Time{}, err
	}
	first = latest[0].Started
	for _, c := range append(slices.Clip(s.chapters), summary(0, s.runs.rows)) {
		if !c.First.IsZero() && c.First.Before(first) {
			first = c.First.UTC()
		}
	}
	return &latest[0].Run, first, nil
}
