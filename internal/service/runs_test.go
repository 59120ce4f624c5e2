package service

import (
	"fmt"
	"testing"
	"time"

	"desklake/sink"
)

// What has ended is not read again, what has not is, and what is too old is let go.
func TestALookReadsTheRunsThatAreNew(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	oldest := now.AddDate(0, 0, -30)
	run := func(days int, status sink.Status) sink.RunReport {
		return sink.RunReport{Run: sink.Run{ID: fmt.Sprint(days, " days ago"), Started: now.AddDate(0, 0, -days), Status: status}}
	}
	ids := func(runs []sink.RunReport) (all []string) {
		for _, r := range runs {
			all = append(all, r.ID)
		}
		return all
	}
	known := shownRuns{"lake", []sink.RunReport{run(3, sink.Done), run(4, sink.Killed), run(31, sink.Done)}}
	for name, c := range map[string]struct {
		known shownRuns
		path  string
		want  time.Time
	}{
		"at first":              {shownRuns{}, "lake", oldest},
		"of another sink":       {known, "elsewhere", oldest},
		"later":                 {known, "lake", now.AddDate(0, 0, -3)},
		"beside one that runs":  {shownRuns{"lake", []sink.RunReport{run(3, sink.Done), run(5, sink.Running)}}, "lake", now.AddDate(0, 0, -5)},
		"after a month of rest": {shownRuns{"lake", []sink.RunReport{run(40, sink.Done)}}, "lake", oldest},
	} {
		if look := c.known.look(c.path, oldest); !look.Since.Equal(c.want) || look.Runs >= 0 || !look.Loads {
			t.Errorf("%s: %+v, want since %v", name, look, c.want)
		}
	}
	since := now.AddDate(0, 0, -3)
	all, same := known.with([]sink.RunReport{run(1, sink.Done), run(3, sink.Done)}, since, oldest)
	if got := fmt.Sprint(ids(all)); !same || got != "[1 days ago 3 days ago 4 days ago]" {
		t.Errorf("%s, %v", got, same)
	}
	if _, same := known.with([]sink.RunReport{run(1, sink.Done)}, since, oldest); same {
		t.Error("a sink without the latest run that was known is the same")
	}
}
