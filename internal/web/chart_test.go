package web

import (
	"strings"
	"testing"
	"time"

	"desklake/sink"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func ended(at time.Time, status sink.Status, took time.Duration, changed int64) sink.RunReport {
	return sink.RunReport{Run: sink.Run{Started: at, Finished: at.Add(took), Status: status},
		Loads: []sink.LoadReport{{Table: "tickets", Outcome: sink.Complete, Counts: sink.Counts{Updated: changed}}}}
}

func TestRunsFallIntoDays(t *testing.T) {
	t.Parallel()
	day := func(ago int) time.Time { return noon.AddDate(0, 0, -ago) }
	runs := []sink.RunReport{
		ended(day(0), sink.Done, time.Minute, 10), ended(day(0).Add(-2*time.Hour), sink.Partial, 3*time.Minute, 5),
		ended(day(0).Add(-12*time.Hour), sink.Interrupted, time.Second, 1), // midnight belongs to the day that it begins
		ended(day(29), sink.Failed, time.Hour, 0), ended(day(30), sink.Done, time.Hour, 1000),
	}
	running := ended(day(1), sink.Running, 0, 7)
	running.Finished = time.Time{}
	slots, length := newSlots(append(runs, running), noon)
	if len(slots) != 30 || length != 24*time.Hour {
		t.Fatalf("%d slots of %s", len(slots), length)
	}
	today, yesterday, first := slots[29], slots[28], slots[0]
	if today.Runs != 3 || today.Bad != 2 || today.Worst != sink.Partial || today.Longest != 3*time.Minute || today.Changed != 16 {
		t.Errorf("today %+v", today)
	}
	if yesterday.Runs != 1 || yesterday.Bad != 0 || yesterday.Longest != 0 || yesterday.Changed != 7 {
		t.Errorf("yesterday %+v", yesterday)
	}
	if first.Runs != 1 || first.Worst != sink.Failed || !first.From.Equal(time.Date(2026, 10, 23, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the first day %+v", first)
	}
}

func TestManyRunsFallIntoQuartersOfADay(t *testing.T) {
	t.Parallel()
	var runs []sink.RunReport
	for i := range 30 * 96 {
		runs = append(runs, ended(noon.Add(-time.Duration(i)*15*time.Minute), sink.Done, time.Second, 1))
	}
	h := newHistory(runs, noon)
	slots, length := newSlots(runs, noon)
	if len(slots) != 120 || length != 6*time.Hour || !h.BySix {
		t.Fatalf("%d slots of %s", len(slots), length)
	}
	if last, before := slots[119], slots[118]; last.Runs != 1 || before.Runs != 24 || before.Changed != 24 {
		t.Errorf("last %+v, before %+v", last, before)
	}
	if len(h.Table) != len(h.Rows) || len(h.Rows) < 115 || h.Table[0].Runs != 1 {
		t.Errorf("%d bars, %d rows of the table", len(h.Rows), len(h.Table))
	}
}

func TestTheBarsOfATable(t *testing.T) {
	t.Parallel()
	failed := ended(noon, sink.Partial, time.Minute, 0)
	failed.Loads[0].Outcome = sink.Broken
	killed := ended(noon.Add(-time.Hour), sink.Killed, time.Minute, 3)
	killed.Loads[0].Outcome = ""
	runs := []sink.RunReport{failed, killed}
	for i := range 30 {
		runs = append(runs, ended(noon.Add(-time.Duration(i+2)*time.Hour), sink.Done, time.Minute, int64(1000*i)))
	}
	l := newLastRuns("tickets", runs)
	if len(l.Bars) != barRuns || l.Title != "last 20 runs: 0 rows changed in the latest, 1 failed" {
		t.Fatalf("%d bars, %q", len(l.Bars), l.Title)
	}
	if last, before := l.Bars[19], l.Bars[18]; last.Class != "failed" || before.Class != "failed" || last.X != "95.00%" || !strings.Contains(before.Title, "3 rows changed, killed") {
		t.Errorf("last %+v, before %+v", last, before)
	}
	if first := l.Bars[0]; first.Rows != barHeight || first.Y != 0 || first.X != "0.00%" {
		t.Errorf("the largest %+v", first)
	}
	if zero := l.Bars[17]; zero.Rows != 3 {
		t.Errorf("of nothing %+v", zero)
	}
	if none := newLastRuns("users", runs); len(none.Bars) != 0 || none.Title != "no run yet" {
		t.Errorf("%+v", none)
	}
}

func TestTimesInWords(t *testing.T) {
	t.Parallel()
	plain := func(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
	for d, want := range map[time.Duration]string{0: "just now", 59 * time.Second: "just now", time.Minute: "1 min ago", 119 * time.Minute: "119 min ago",
		2 * time.Hour: "2 h ago", 47 * time.Hour: "47 h ago", 48 * time.Hour: "2 days ago", -time.Minute: "just now"} {
		if got := plain(ago(new(noon.Add(-d)), noon)); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{2300 * time.Millisecond: "2.3 s", 42 * time.Second: "42 s", 59900 * time.Millisecond: "1 min 0 s", 353 * time.Second: "5 min 53 s", 3*time.Hour + 17*time.Minute: "3 h 17 min"} {
		if got := plain(span(d)); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
	if got := local(new(noon.Add(14*time.Hour)), "Europe/Berlin", noon); got != "Sun 22 Nov 03:00 CET" {
		t.Errorf("tomorrow is %q", got)
	}
	if got := local(nil, "UTC", noon) + until(nil, noon) + ago(nil, noon); got != "nevernever" {
		t.Errorf("no time is %q", got)
	}
}
