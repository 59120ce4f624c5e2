// Package words writes numbers and times as people read them.
package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Thousands writes a number with commas.
func Thousands[N ~int | ~int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Plural is the word as it stands behind the number.
func Plural[N ~int | ~int64](n N, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// Count is a number with its word.
func Count[N ~int | ~int64](n N, word string) string { return Thousands(n) + " " + Plural(n, word) }

// List is words with commas, and "and" before the last.
func List(list []string) string {
	if n := len(list) - 1; n > 0 {
		return strings.Join(list[:n], ", ") + " and " + list[n]
	}
	return strings.Join(list, "")
}

// Sentence begins a text with a capital letter, unless it begins with a file or a name, and ends it with a full stop.
func Sentence(text string) string {
	if word, _, _ := strings.Cut(text, " "); !strings.ContainsAny(word, "./_-") {
		first, size := utf8.DecodeRuneInString(text)
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	return strings.TrimSuffix(text, ".") + "."
}

// Day is a time to the minute, in UTC.
func Day(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// Ago says how long before now something was, roughly.
func Ago(t *time.Time, now time.Time) string {
	switch {
	case t == nil:
		return "never"
	case now.Sub(*t) < time.Minute:
		return "just now"
	}
	return Elapsed(now.Sub(*t)) + " ago"
}

// Elapsed is a time span of a minute or more, in its largest unit.
func Elapsed(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// Roughly is a time that nobody should take for exact.
func Roughly(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", seconds)
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// Took is a duration to a tenth of a second, and from a minute on to the second.
func Took(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// Span writes a duration without the zeros at its end.
func Span(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Percent is a share, from 0 to 1, in per cent.
func Percent(share float64) string {
	if share > 0 && share < 0.001 {
		return "<0.1 %"
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}
