package zendesktest

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Limits are requests a minute. Zero is 100,000, the ceiling of every account, so that nobody waits who did
// not ask for it. https://developer.zendesk.com/api-reference/introduction/rate-limits/
type Limits struct {
	Account       int  // all requests together: 200 to 2500 by plan
	Exports       int  // organizations, ticket events, and the time-based ones: 10, or 30 with the add-on
	CursorExports int  // tickets and users by cursor: 20 was seen
	OneBucket     bool // the cursor exports count as Exports; which it is was never documented
	TicketFields  int  // 20 was seen
	Tickets       int  // the list of tickets: 100 was seen
	Audits        int  // of one ticket: about 500
}

// Professional are the limits of an account on the Professional plan.
var Professional = Limits{Account: 400, Exports: 10, CursorExports: 20, TicketFields: 20, Tickets: 100, Audits: 500}

func (l Limits) withDefaults() Limits {
	for _, n := range []*int{&l.Account, &l.Exports, &l.CursorExports, &l.TicketFields, &l.Tickets, &l.Audits} {
		if *n == 0 {
			*n = 100_000
		}
	}
	return l
}

// The buckets, by their name in the header zendesk-ratelimit-<bucket>.
const (
	exports       = "incremental-exports"
	cursorExports = "incremental-exports-cursor"
	ticketFields  = "ticket-fields-index"
	ticketIndex   = "tickets-index"
	ticketAudits  = "ticket-audits-index"
)

// window is a limit and what is left of it. A minute begins with the first request after the last one.
type window struct {
	total, used int
	ends        time.Time
}

func (w *window) roll(now time.Time) {
	if !now.Before(w.ends) {
		w.used, w.ends = 0, now.Add(time.Minute)
	}
}

func (w *window) left() int { return max(w.total-w.used, 0) }

// resets is the number of whole seconds until there is quota again.
func (w *window) resets(now time.Time) int {
	return int((w.ends.Sub(now) + time.Second - 1) / time.Second)
}

func newWindows(l Limits) map[string]*window {
	windows := map[string]*window{
		"": {total: l.Account}, exports: {total: l.Exports}, cursorExports: {total: l.CursorExports},
		ticketFields: {total: l.TicketFields}, ticketIndex: {total: l.Tickets}, ticketAudits: {total: l.Audits},
	}
	if l.OneBucket {
		windows[cursorExports] = windows[exports]
	}
	return windows
}

// take counts the call against its limits, says in the headers what is left, and refuses it with 429.
func (d *desk) take(c *call) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	h := c.answer.Header
	account := d.windows[""]
	account.roll(c.now)
	defer func() {
		h.Set("X-Rate-Limit", strconv.Itoa(account.total))
		h.Set("Ratelimit-Limit", strconv.Itoa(account.total))
		h.Set("X-Rate-Limit-Remaining", strconv.Itoa(account.left()))
		h.Set("Ratelimit-Remaining", strconv.Itoa(account.left()))
		h.Set("Ratelimit-Reset", strconv.Itoa(account.resets(c.now)))
	}()
	if account.left() == 0 {
		return d.refuse(c, account, "Number of allowed API requests per minute exceeded")
	}
	bucket := d.windows[c.route.bucket]
	if bucket != account {
		bucket.roll(c.now)
		defer func() {
			name := c.route.bucket
			if bucket == d.windows[exports] {
				name = exports
			}
			h.Set("Zendesk-Ratelimit-"+name, fmt.Sprintf("total=%d; remaining=%d; resets=%d",
				bucket.total, bucket.left(), bucket.resets(c.now)))
		}()
		if bucket.left() == 0 {
			what := "API"
			if bucket == d.windows[exports] || c.route.bucket == cursorExports {
				what = "incremental export API"
			}
			return d.refuse(c, bucket, fmt.Sprintf(
				`{"error":"APIRateLimitExceeded","description":"Number of allowed %s requests per minute exceeded"}`, what))
		}
		bucket.used++
	}
	account.used++
	return nil
}

func (d *desk) refuse(c *call, w *window, body string) error {
	c.answer.limited = true
	c.answer.Header.Set("Retry-After", strconv.Itoa(w.resets(c.now)))
	return &refusal{http.StatusTooManyRequests, body}
}

// Use takes n requests out of the account's quota of this minute, as other clients of the account would.
func (s *Server) Use(n int) {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	account := s.desk.windows[""]
	account.roll(s.now())
	account.used += n
}
