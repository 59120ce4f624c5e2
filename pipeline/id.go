package pipeline

import (
	"crypto/rand"
	"strings"
	"time"
)

// NewRunID makes the name of a run that starts at the given time: the time in UTC, so that names sort by it, and
// something random, so that no two are the same.
func NewRunID(at time.Time) string {
	return at.UTC().Format("20060102T150405.000Z") + "-" + strings.ToLower(rand.Text()[:6])
}
