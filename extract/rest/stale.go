package rest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// staleAge is how old an answer may be. Caches on the way are told to ask the API each time; what one kept shows no change
// since then, and looks like a night without any.
const staleAge = 5 * time.Minute

// longestAge stands for every age that is longer: RFC 9111, section 1.2.2, has caches say no more than 2147483648 seconds.
const longestAge = 1 << 31

// ageOf is how long ago the API gave an answer that a cache kept: RFC 9111, section 5.1. It is zero where no cache says so.
func ageOf(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Age"))
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0
	}
	seconds, err := strconv.ParseUint(text, 10, 64)
	if err != nil || seconds > longestAge {
		seconds = longestAge
	}
	return time.Duration(seconds) * time.Second
}

// stale is an answer that a cache kept for too long.
type stale struct {
	asked string // method and path
	age   time.Duration
}

func (e *stale) Error() string {
	return fmt.Sprintf("%s: an answer that is %v old came out of a cache", e.asked, e.age)
}
