package web

import (
	"fmt"
	"time"

	"desklake/internal/words"
	"desklake/sink"
)

// history is the last 30 days as a plot, and the same as a table.
type history struct {
	Rows, Took []bar
	Strip      []bar // how the runs ended
	RowTicks   []tick
	TookTicks  []tick
	Days       []tick // along the axis
	Table      []slot // those with runs, the latest first
	BySix      bool   // a slot is six hours
	Title      string
}

// tick is a word on an axis.
type tick struct {
	X    string
	Y    int
	Text string
}

const (
	plotHeight = 110 // pixels of a plot, without what is below it
	plotTop    = 16  // of them left free above
)

func newHistory(runs []sink.RunReport, now time.Time) (h history) {
	slots, length := newSlots(runs, now)
	h.BySix = length < 24*time.Hour
	n := float64(len(slots))
	topRows, topTook, total, bad := 10.0, 10.0, 0, 0
	for _, s := range slots {
		topRows, topTook = max(topRows, float64(s.Changed)), max(topTook, s.Longest.Seconds())
		total, bad = total+s.Runs, bad+s.Bad
	}
	for i, s := range slots {
		x, width := percent(float64(i)+0.1, n), percent(0.8, n)
		if week := s.From.Weekday() == time.Monday && s.From.Hour() == 0; week {
			h.Days = append(h.Days, tick{X: percent(float64(i), n), Text: s.From.Format("2 Jan")})
		}
		if s.Runs == 0 {
			continue
		}
		title := s.title(length)
		rows, took := plotted(float64(s.Changed), topRows), plotted(s.Longest.Seconds(), topTook)
		h.Rows = append(h.Rows, bar{x, width, plotHeight - rows, rows, "plain", title})
		h.Took = append(h.Took, bar{x, width, plotHeight - took, took, "plain", title})
		h.Strip = append(h.Strip, bar{x, width, 0, map[bool]int{true: 10, false: 4}[s.Bad > 0], runClass(s.Worst), title})
		h.Table = append([]slot{s}, h.Table...)
	}
	h.Title = fmt.Sprintf("%s in the last %d days, %d of them not done", words.Count(total, "run"), historyDays, bad)
	for at := 1.0; at < topRows; at *= 10 {
		if at == 1 || at == 100 || at == 10_000 || at == 1_000_000 || at == 100_000_000 {
			h.RowTicks = append(h.RowTicks, tick{Y: plotHeight - plotted(at, topRows), Text: short(at)})
		}
	}
	for _, at := range []time.Duration{time.Second, 10 * time.Second, time.Minute, 10 * time.Minute, time.Hour, 10 * time.Hour} {
		if at.Seconds() <= topTook {
			h.TookTicks = append(h.TookTicks, tick{Y: plotHeight - plotted(at.Seconds(), topTook), Text: rounded(at)})
		}
	}
	return h
}

// plotted is how high a value stands in a plot, on a scale of powers.
func plotted(value, top float64) int { return logScale(value, top, 3, plotHeight-plotTop) }

func (s slot) title(length time.Duration) string {
	at := s.From.Format("Mon 2 Jan")
	if length < 24*time.Hour {
		at = s.From.Format("Mon 2 Jan 15:04") + " UTC and six hours on"
	}
	text := fmt.Sprintf("%s: %s, %s changed, the longest took %s", at, words.Count(s.Runs, "run"), words.Count(s.Changed, "row"), span(s.Longest))
	if s.Bad > 0 {
		text += fmt.Sprintf("; %d not done, the worst %s", s.Bad, s.Worst)
	}
	return text
}

// short is a number at an axis.
func short(n float64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.0fM", n/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.0fk", n/1e3)
	}
	return fmt.Sprintf("%.0f", n)
}

// rounded is a duration at an axis.
func rounded(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	case d >= time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}
