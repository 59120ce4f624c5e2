package web

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"desklake/internal/words"
	"desklake/sink"
)

// A bar is a rectangle of a chart. Across, charts are in per cent, so that they fit every screen; down, in pixels.
type bar struct {
	X, Width string
	Y, Rows  int // where it begins from above, and how high it is
	Class    string
	Title    string
}

// percent is a part of a whole as SVG writes it.
func percent(part, whole float64) string {
	return strconv.FormatFloat(100*part/whole, 'f', 2, 64) + "%"
}

// logScale maps 1 to least pixels and top to most; nothing, and what is below 1, has least too.
func logScale(value, top float64, least, most int) int {
	if value <= 1 || top <= 1 {
		return least
	}
	return least + int(math.Round(float64(most-least)*math.Log(value)/math.Log(top)))
}

// The bars of a table: its last runs, the latest at the right.
const (
	barRuns   = 20
	barHeight = 26
)

// lastRuns are a table's bars.
type lastRuns struct {
	Bars  []bar
	Title string
}

func newLastRuns(table string, runs []sink.RunReport) (l lastRuns) {
	type one struct {
		run  sink.RunReport
		load sink.LoadReport
	}
	var last []one
	top := 1.0
	failed := 0
	for _, r := range runs {
		if len(last) == barRuns {
			break
		}
		for _, load := range r.Loads {
			if load.Table != table || len(last) == barRuns {
				continue
			}
			last = append(last, one{r, load})
			top = max(top, float64(changed(load.Counts)))
			if load.Outcome == sink.Broken {
				failed++
			}
		}
	}
	slices.Reverse(last)
	for i, o := range last {
		least, class := 3, loadClass(o.run, o.load)
		if class == "failed" {
			least = 10 // it must be seen, and it mostly changed nothing
		}
		high := logScale(float64(1+changed(o.load.Counts)), 1+top, least, barHeight)
		l.Bars = append(l.Bars, bar{X: percent(float64(barRuns-len(last)+i), barRuns), Width: percent(0.78, barRuns), Y: barHeight - high, Rows: high,
			Class: class,
			Title: fmt.Sprintf("%s: %s changed, %s", day(o.run.Started), words.Count(changed(o.load.Counts), "row"), loadWord(o.run, o.load))})
	}
	if len(last) == 0 {
		l.Title = "no run yet"
		return l
	}
	l.Title = fmt.Sprintf("last %s: %s changed in the latest", words.Count(len(last), "run"), words.Count(changed(last[len(last)-1].load.Counts), "row"))
	if failed > 0 {
		l.Title += fmt.Sprintf(", %d failed", failed)
	}
	return l
}

func changed(c sink.Counts) int64 { return c.Inserted + c.Updated + c.Deleted }

func loadClass(r sink.RunReport, l sink.LoadReport) string {
	switch {
	case l.Outcome == sink.Broken, l.Outcome == "" && r.Status != sink.Running && r.Status != sink.Done:
		return "failed"
	case l.Outcome == sink.Unavailable:
		return "none"
	case l.Outcome == sink.Stopped:
		return "stale"
	}
	return "plain"
}

func loadWord(r sink.RunReport, l sink.LoadReport) string {
	if l.Outcome == "" {
		return string(r.Status)
	}
	return string(l.Outcome)
}

// runClass is the colour of a run.
func runClass(s sink.Status) string {
	switch s {
	case sink.Failed, sink.Killed:
		return "failed"
	case sink.Partial, sink.Interrupted:
		return "stale"
	}
	return "fresh"
}

// slot is a day of the history, or six hours of it where there is much.
type slot struct {
	From    time.Time
	Runs    int
	Bad     int // of them, not done
	Worst   sink.Status
	Longest time.Duration
	Changed int64
}

func newSlots(runs []sink.RunReport, now time.Time) (slots []slot, length time.Duration) {
	length = 24 * time.Hour
	if len(runs) > 2*historyDays {
		length = 6 * time.Hour
	}
	n := historyDays * int(24*time.Hour/length)
	from := now.UTC().Truncate(length).Add(-time.Duration(n-1) * length)
	slots = make([]slot, n)
	for i := range slots {
		slots[i].From = from.Add(time.Duration(i) * length)
	}
	severity := []sink.Status{"", sink.Running, sink.Done, sink.Interrupted, sink.Partial, sink.Killed, sink.Failed}
	for _, r := range runs {
		i := int(r.Started.Sub(from) / length)
		if r.Started.Before(from) || i >= n {
			continue
		}
		s := &slots[i]
		s.Runs++
		if r.Status != sink.Done && r.Status != sink.Running {
			s.Bad++
		}
		if slices.Index(severity, r.Status) > slices.Index(severity, s.Worst) {
			s.Worst = r.Status
		}
		if !r.Finished.IsZero() {
			s.Longest = max(s.Longest, r.Finished.Sub(r.Started))
		}
		for _, l := range r.Loads {
			s.Changed += changed(l.Counts)
		}
	}
	return slots, length
}
