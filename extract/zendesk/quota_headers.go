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

	"desklake/extract"
)

// told is what an answer says of one window.
type told struct {
	limit, left int
	resets      time.Duration
}

// readLimits returns what an answer's headers say, by window: of all that are named, those with the least left.
func readLimits(h http.Header) map[string]told {
	found := map[string]told{}
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
		resets, ok := number("Ratelimit-Reset")
		if !ok {
			resets = 60
		}
		found[account] = told{limit, left, time.Duration(resets) * time.Second}
	}
	for name := range h {
		bucket, ok := strings.CutPrefix(strings.ToLower(name), "zendesk-ratelimit-")
		if !ok || bucket == account || !bucketName.MatchString(bucket) {
			continue
		}
		if m := bucketHeader.FindStringSubmatch(h.Get(name)); m != nil {
			var n [3]int
			for i := range n {
				n[i], _ = strconv.Atoi(m[i+1]) // at most nine digits
			}
			if n[0] > 0 {
				found[bucket] = told{n[0], n[1], time.Duration(n[2]) * time.Second}
			}
		}
	}
	names := slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		return cmp.Or(cmp.Compare(found[a].left, found[b].left), strings.Compare(a, b))
	})
	names = slices.DeleteFunc(names, func(name string) bool { return name == account })
	for _, name := range names[min(mostTold, len(names)):] {
		delete(found, name)
	}
	return found
}

// quotasLeft is what an answer that came at a time says of the limits, sorted by name.
func quotasLeft(h http.Header, now time.Time) (left []extract.Quota) {
	limits := readLimits(h)
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		t := limits[name]
		left = append(left, extract.Quota{Name: name, Limit: t.limit, Left: t.left, Resets: now.Add(t.resets)})
	}
	return left
}

// bucketName is what stands behind "zendesk-ratelimit-" in the name of a header.
var bucketName = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// bucketHeader is "total=10; remaining=9; resets=42".
var bucketHeader = regexp.MustCompile(`^\s*total=(\d{1,9})\s*;\s*remaining=(\d{1,9})\s*;\s*resets=(\d{1,9})`)
