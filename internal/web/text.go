package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ago says how long before now something was, roughly.
func ago(t *time.Time, now time.Time) string {
	switch {
	case t == nil:
		return "never"
	case now.Sub(*t) < time.Minute:
		return "just now"
	}
	return roughly(now.Sub(*t)) + " ago"
}

// until says how long after now something will be, roughly.
func until(t *time.Time, now time.Time) string {
	switch {
	case t == nil:
		return "never"
	case t.Sub(now) < time.Minute:
		return "in a moment"
	}
	return "in " + roughly(t.Sub(now))
}

// roughly is a time span of a minute or more in words. Here as elsewhere a number and its unit stay on one line.
func roughly(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d\u00a0min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d\u00a0h", int(d.Hours()))
	}
	return fmt.Sprintf("%d\u00a0days", int(d.Hours()/24))
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

// thousands writes a number with commas.
func thousands[N ~int | ~int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count is a number with its word.
func count[N ~int | ~int64](n N, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return thousands(n) + " " + word + "s"
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

// list is words with commas, and "and" before the last.
func list(words []string) string {
	if n := len(words) - 1; n > 0 {
		return strings.Join(words[:n], ", ") + " and " + words[n]
	}
	return strings.Join(words, "")
}
