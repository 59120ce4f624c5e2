package main

import (
	"math/rand/v2"
	"net/http"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"desklake/internal/zendesktest"
)

// helpdesk is a helpdesk in memory at an address of this machine. Its clock is ahead of the machine's, and jumps with
// each change: what happened shows in its exports at once, which hold back the last minute.
type helpdesk struct {
	*zendesktest.Server
	url   string
	ahead atomic.Int64 // nanoseconds

	mu      sync.Mutex
	awaited []*awaited
	rng     *rand.Rand
}

func makeHelpdesk(o zendesktest.Options) *helpdesk {
	h := &helpdesk{rng: rand.New(rand.NewPCG(o.Seed, 1))}
	o.Now = func() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }
	h.Server = zendesktest.New(o)
	h.OnRequest(func(r *http.Request) { h.came(strings.TrimPrefix(r.URL.Path, "/api/v2/")) })
	return h
}

func startHelpdesk(o zendesktest.Options) (h *helpdesk, stop func(), err error) {
	h = makeHelpdesk(o)
	h.url, stop, err = h.Start()
	return h, stop, err
}

// newHelpdesk starts a helpdesk that lasts as long as the test.
func newHelpdesk(t *testing.T, o zendesktest.Options) *helpdesk {
	t.Helper()
	h, stop, err := startHelpdesk(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return h
}

// later lets something happen, and time pass.
func (h *helpdesk) later(change func()) {
	change()
	h.ahead.Add(int64(2 * time.Minute))
}

// awaited is somebody who waits for requests.
type awaited struct {
	pattern string
	left    int
	came    chan struct{}
}

// coming is closed when a request has come.
type coming <-chan struct{}

// await waits for the request.
func (c coming) await(t *testing.T) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(patience):
		t.Fatalf("no request came within %s", patience)
	}
}

// expect says when the n-th request from now has come whose endpoint the pattern matches, such as incremental/*. It was
// not answered by then.
func (h *helpdesk) expect(pattern string, n int) coming {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := &awaited{pattern: pattern, left: n, came: make(chan struct{})}
	h.awaited = append(h.awaited, a)
	return a.came
}

func (h *helpdesk) came(endpoint string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.awaited {
		if ok, _ := path.Match(a.pattern, endpoint); ok || a.pattern == "" {
			if a.left--; a.left == 0 {
				close(a.came)
			}
		}
	}
}
