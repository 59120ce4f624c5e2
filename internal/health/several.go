package health

import (
	"slices"

	"desklake/sink"
)

// Together is how the runs of several sources went, as one: what they agree on, and else partial. What was to end before its
// time is interrupted, whatever came before.
func Together(runs []sink.Status) sink.Status {
	if slices.Contains(runs, sink.Interrupted) {
		return sink.Interrupted
	}
	return Agreed(runs, sink.Partial)
}

// Agreed is what all of several sources came to, a state or an exit code; where they differ, the partial one.
func Agreed[T comparable](all []T, partial T) T {
	if slices.ContainsFunc(all, func(one T) bool { return one != all[0] }) {
		return partial
	}
	return all[0]
}

// SourceRun is a run of one of several sources, by its name; of an only one it has none.
type SourceRun struct {
	Source string
	sink.RunReport
}

// Merge adds the runs of a source, the latest first, to those of others: that stay in their order, by when they began.
func Merge(all []SourceRun, source string, runs []sink.RunReport) (merged []SourceRun) {
	for _, r := range runs {
		for len(all) > 0 && all[0].Started.After(r.Started) {
			merged, all = append(merged, all[0]), all[1:]
		}
		merged = append(merged, SourceRun{source, r})
	}
	return append(merged, all...)
}
