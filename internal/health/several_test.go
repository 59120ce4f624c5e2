package health

import (
	"strings"
	"testing"
	"time"

	"desklake/sink"
)

func TestTheRunsOfSeveralSourcesAreOneStatus(t *testing.T) {
	t.Parallel()
	for runs, want := range map[string]sink.Status{
		"done":                       sink.Done,
		"done done":                  sink.Done,
		"done failed":                sink.Partial,
		"failed failed":              sink.Failed,
		"failed partial":             sink.Partial,
		"done partial done":          sink.Partial,
		"failed interrupted":         sink.Interrupted,
		"done interrupted partial":   sink.Interrupted,
		"interrupted failed partial": sink.Interrupted,
	} {
		var all []sink.Status
		for _, s := range strings.Fields(runs) {
			all = append(all, sink.Status(s))
		}
		if got := Together(all); got != want {
			t.Errorf("%s: %s, want %s", runs, got, want)
		}
	}
}

// The runs of one source stay in their order, whatever a clock said.
func TestRunsOfSeveralSourcesAreMerged(t *testing.T) {
	t.Parallel()
	runs := func(minutes ...int) (all []sink.RunReport) {
		for _, m := range minutes {
			all = append(all, sink.RunReport{Run: sink.Run{Started: time.Unix(int64(60*m), 0)}})
		}
		return all
	}
	var got []string
	for _, r := range Merge(Merge(Merge(nil, "a", runs(9, 7, 8, 1)), "b", runs(10, 8)), "c", nil) {
		got = append(got, r.Source+r.Started.UTC().Format("4"))
	}
	if want := "b10 a9 b8 a7 a8 a1"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}
