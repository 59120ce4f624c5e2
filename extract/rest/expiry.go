package rest

import (
	"sync"
	"time"
)

// expiryNotice tells in the log that the credential ends soon, once a day.
type expiryNotice struct {
	mu   sync.Mutex
	told time.Time
}

// Soon is how long before its end a credential is told of.
const Soon = 7 * 24 * time.Hour

// tell is called with each request, after the credential was renewed where it can be.
func (n *expiryNotice) tell(c *Client) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := c.clock.now()
	if !n.told.IsZero() && now.Sub(n.told) < 24*time.Hour {
		return
	}
	n.told = now
	ends, err := c.login.Ends()
	if err != nil || ends.IsZero() || ends.Sub(now) > Soon {
		return
	}
	c.log.Warn("the credential ends soon: see desklake check", "ends", ends, "days", Days(now, ends))
}

// Days is how many whole days are left.
func Days(now, ends time.Time) int { return max(0, int(ends.Sub(now)/(24*time.Hour))) }
