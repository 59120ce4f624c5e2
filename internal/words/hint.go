package words

import (
	"errors"
	"regexp"
)

// Hint is what an error says can be done about it; empty where it says nothing.
func Hint(err error) string {
	var advice interface{ Hint() string }
	if !errors.As(err, &advice) {
		return ""
	}
	return advice.Hint()
}

// ofOneSource are the commands that are about one source, or that change what is kept of one.
var ofOneSource = regexp.MustCompile(`desklake (login|logout|backfill|state (reset|adopt)|sync [a-z_]+ --accept-deletes)\b`)

// InSource makes the commands of an advice be about a source, so that they can be pasted. Source is its name, where there are several;
// else empty.
func InSource(advice, source string) string {
	if source == "" {
		return advice
	}
	return ofOneSource.ReplaceAllString(advice, "${0} --source "+source)
}
