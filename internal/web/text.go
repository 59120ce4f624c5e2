package web

import (
	"desklake/internal/words"
	"fmt"
	"strings"
	"time"
)

// tied keeps a number and its unit on one line.
func tied(text string) string { return strings.Replace(text, " ", "\u00a0", 1) }

// of is a name within a source, if that has one.
func of(source, name string) string {
	if source == "" {
		return name
	}
	return source + "." + name
}

// ago says how long before now something was, roughly.
func ago(t *time.Time, now time.Time) string {
	if t == nil || now.Sub(*t) < time.Minute {
		return words.Ago(t, now)
	}
	return tied(words.Ago(t, now))
}

// until says how long after now something will be, roughly.
func until(t *time.Time, now time.Time) string {
	switch {
	case t == nil:
		return "never"
	case t.Sub(now) < time.Minute:
		return "in a moment"
	}
	return "in " + tied(words.Elapsed(t.Sub(now)))
}

// span is how long something took, in its two largest units.
func span(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f\u00a0s", d.Seconds())
	}
	switch d = d.Round(time.Second); {
	case d < time.Minute:
		return fmt.Sprintf("%.0f\u00a0s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d\u00a0min %d\u00a0s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d\u00a0h %d\u00a0min", int(d.Hours()), int(d.Minutes())%60)
}

// day is a time to the minute, in UTC.
func day(t time.Time) string { return t.UTC().Format("2 Jan 15:04") + " UTC" }

// local is a time to the minute in a zone, with the day where it is not today's.
func local(t *time.Time, zone string, now time.Time) string {
	if t == nil {
		return ""
	}
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC
	}
	at, today := t.In(place), now.In(place)
	if at.Format(time.DateOnly) == today.Format(time.DateOnly) {
		return at.Format("today 15:04 MST")
	}
	return at.Format("Mon 2 Jan 15:04 MST")
}
