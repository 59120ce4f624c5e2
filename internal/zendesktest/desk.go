package zendesktest

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"sync"
	"time"
)

// desk is what the helpdesk remembers of its clients.
type desk struct {
	mu        sync.Mutex
	windows   map[string]*window
	tokens    map[string]token
	refreshes map[string]refresh
	codes     map[string]code
	granted   []string // the tokens and codes so far
	faults    []*Fault
	before    func(*http.Request)
	requests  []Request
	strange   []string
}

// Request is a request that was answered.
type Request struct {
	Time       time.Time
	Method     string
	Host       string
	Path       string
	Query      string
	Authorized bool // it carried credentials
	Status     int
	Rows       int  // records in the answer
	Limited    bool // refused with 429 by a limit, not by a fault
	Faulty     bool // a fault spoilt the answer
}

func (d *desk) open(o Options) {
	d.windows = newWindows(o.Limits)
	d.tokens, d.refreshes, d.codes = map[string]token{}, map[string]refresh{}, map[string]code{}
}

func (d *desk) hook() func(*http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.before
}

// OnRequest has f called before each request is answered, without any lock: f may change the data. Nil ends it.
func (s *Server) OnRequest(f func(*http.Request)) {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	s.desk.before = f
}

func (d *desk) unknown(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.strange = append(d.strange, what)
}

// Unknown returns the requests for endpoints, and those with parameters, that no documentation names.
func (s *Server) Unknown() []string {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	return slices.Clone(s.desk.strange)
}

// record writes the request down, in the order in which answers were ready.
func (d *desk) record(c *call, a *Answer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a.Header.Set("X-Request-Id", fmt.Sprintf("%08x-desk", len(d.requests)+1))
	rows := 0
	if a.page != nil && a.Status == http.StatusOK {
		rows = len(a.page.marks)
	}
	d.requests = append(d.requests, Request{
		Time: c.now, Method: c.r.Method, Host: c.host(), Path: c.r.URL.Path, Query: c.r.URL.RawQuery,
		Authorized: c.r.Header.Get("Authorization") != "", Status: a.Status, Rows: rows, Limited: a.limited, Faulty: a.faulty,
	})
}

// Requests returns the requests that were answered since the start or the last Forget.
func (s *Server) Requests() []Request {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	return slices.Clone(s.desk.requests)
}

// Forget empties the log of requests.
func (s *Server) Forget() {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	s.desk.requests = nil
}

// Count returns how many requests were made for endpoints that the pattern matches: a path below /api/v2/
// without .json, such as incremental/tickets/cursor or tickets/*/audits; empty for all.
func (s *Server) Count(pattern string) int {
	n := 0
	for _, r := range s.Requests() {
		if covers(pattern, endpoint(r.Path)) {
			n++
		}
	}
	return n
}

// Limited returns how many requests were sent although their limit was used up.
func (s *Server) Limited() int {
	n := 0
	for _, r := range s.Requests() {
		if r.Limited {
			n++
		}
	}
	return n
}

func covers(pattern, endpoint string) bool {
	ok, _ := path.Match(pattern, endpoint)
	return ok || pattern == ""
}
