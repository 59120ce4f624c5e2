package rest

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// clock tells the time of the source. It is learnt from the Date header of every answer, so that a wrong clock on
// this machine changes nothing. Before the first answer it goes by this machine.
type clock struct{ ahead atomic.Int64 } // nanoseconds that the source is ahead

// learn takes the time of an answer that has just come in, and returns it.
func (c *clock) learn(h http.Header) time.Time {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		c.ahead.Store(int64(time.Until(date)))
	}
	return c.now()
}

// now is the source's time in UTC. It can be up to a second late, as Date has whole seconds.
func (c *clock) now() time.Time {
	return time.Now().Add(time.Duration(c.ahead.Load())).UTC().Round(0)
}

// What asks to wait for longer, or until a time so long past, is a mistake and no wait: no maintenance lasts so long, and the
// Date of an answer is hardly older.
const (
	longestRetry = 30 * 24 * time.Hour
	lateRetry    = time.Minute
)

// retryAfter reads the Retry-After header: seconds, also with a fraction, or a date by the source's clock.
// ok is false if there is none that is a time to wait.
func (c *clock) retryAfter(h http.Header) (wait time.Duration, ok bool) {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if seconds >= 0 && seconds <= longestRetry.Seconds() { // what is no number is neither
			return time.Duration(seconds * float64(time.Second)), true
		}
	} else if date, err := http.ParseTime(text); err == nil {
		if wait = date.Sub(c.now()); wait >= -lateRetry && wait <= longestRetry {
			return max(0, wait), true
		}
	}
	return 0, false
}
