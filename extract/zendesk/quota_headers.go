package zendesk

import (
	"cmp"
	"maps"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"desklake/extract/rest"
)

// latestReset is how far off the end of a window is believed: the limits are by the minute, few by ten.
const latestReset = 10 * time.Minute

// The name of the account's quota, and how many others an answer can tell of. Zendesk has about five.
const (
	account  = "account"
	mostTold = 8
)

// newTold is what an answer says of one window, with the seconds until it resets as they were written.
func newTold(limit, left int, resets string) rest.Told {
	seconds, err := strconv.ParseFloat(strings.TrimSpace(resets), 64)
	if err != nil || !(seconds >= 0 && seconds <= latestReset.Seconds()) {
		return rest.Told{Limit: limit, Left: left, Resets: time.Minute}
	}
	return rest.Told{Limit: limit, Left: left, Resets: time.Duration(math.Ceil(seconds)) * time.Second, Timed: true}
}

// readLimits returns what an answer's headers say, by window: of all that are named, those with the least left.
func readLimits(h http.Header) map[string]rest.Told {
	found := map[string]rest.Told{}
	number := func(names ...string) (int, bool) {
		for _, name := range names {
			if n, err := strconv.ParseFloat(h.Get(name), 64); err == nil && n >= 0 && n < math.MaxInt32 {
				return int(math.Ceil(n)), true
			}
		}
		return 0, false
	}
	limit, hasLimit := number("Ratelimit-Limit", "X-Rate-Limit")
	left, hasLeft := number("Ratelimit-Remaining", "X-Rate-Limit-Remaining")
	if hasLimit && hasLeft && limit > 0 {
		found[account] = newTold(limit, left, h.Get("Ratelimit-Reset"))
	}
	for name := range h {
		bucket, ok := strings.CutPrefix(strings.ToLower(name), "zendesk-ratelimit-")
		if !ok || bucket == account || !bucketName.MatchString(bucket) {
			continue
		}
		if m := bucketHeader.FindStringSubmatch(h.Get(name)); m != nil {
			limit, _ := strconv.Atoi(m[1]) // at most nine digits
			left, _ := strconv.Atoi(m[2])
			if limit > 0 {
				found[bucket] = newTold(limit, left, m[3])
			}
		}
	}
	names := slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		return cmp.Or(cmp.Compare(found[a].Left, found[b].Left), strings.Compare(a, b))
	})
	names = slices.DeleteFunc(names, func(name string) bool { return name == account })
	for _, name := range names[min(mostTold, len(names)):] {
		delete(found, name)
	}
	return found
}

// bucketName is what stands behind "zendesk-ratelimit-" in the name of a header.
var bucketName = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// bucketHeader is "total=10; remaining=9; resets=42".
var bucketHeader = regexp.MustCompile(`^\s*total=(\d{1,9})\s*;\s*remaining=(\d{1,9})\s*(?:;\s*(?:resets=([^;]*))?|$)`)
