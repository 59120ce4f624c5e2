package zendesk

import (
	"net/url"
	"strconv"
)

// startTime is where the walk begins, in unix seconds: at its window, or else at the start date.
func (w *walk) startTime() int64 {
	if !w.window.IsZero() {
		return max(0, w.window.From.Unix())
	}
	return w.Source.startTime()
}

// past reports that what follows the page lies behind the window. A page without a row says nothing of what follows it.
func (w *walk) past(f fetched) bool {
	return f.rows > 0 && !w.window.To.IsZero() && f.reached() >= w.window.To.Unix()
}

// between are the parameters of a list from a start_time on, to the end of the window.
func (w *walk) between(start int64) url.Values {
	q := startTime(start)
	if !w.window.To.IsZero() {
		q.Set("end_time", strconv.FormatInt(w.window.To.Unix(), 10))
	}
	return q
}
