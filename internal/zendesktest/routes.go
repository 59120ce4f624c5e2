package zendesktest

import (
	"net/http"
	"slices"
	"strings"
)

// route is an endpoint below /api/v2/, as the documentation describes it.
type route struct {
	path   string // * stands for an id
	serve  func(*call) (*page, error)
	params string // the query parameters that it documents
	admin  bool   // admins only
	anyone bool   // also without credentials
	table  string // the table that Options.Without may name
	bucket string // the endpoint's own limit, beside the account's
	whole  bool   // all records at once where no paging was asked for
}

// match finds the route of a path, and what its stars stand for.
func (s *Server) match(path string) (*route, []string) {
	parts := strings.Split(path, "/")
next:
	for i := range s.routes {
		want := strings.Split(s.routes[i].path, "/")
		if len(want) != len(parts) {
			continue
		}
		var args []string
		for j, part := range parts {
			switch {
			case want[j] == "*" && digits(part):
				args = append(args, part)
			case want[j] != part:
				continue next
			}
		}
		return &s.routes[i], args
	}
	return nil, nil
}

func digits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool { return c < '0' || c > '9' })
}

// dispatch answers the call.
func (c *call) dispatch() (*page, error) {
	switch c.r.Method + " " + c.r.URL.Path {
	case "POST /oauth/tokens":
		return c.grant()
	case "GET /oauth/authorizations/new":
		return c.consent()
	case "POST /oauth/authorizations":
		return c.decide()
	case "DELETE /api/v2/oauth/tokens/current", "DELETE /api/v2/oauth/tokens/current.json":
		return c.revokeCurrent()
	}
	c.route, c.args = c.s.match(c.path)
	if c.route == nil || c.r.Method != http.MethodGet || !strings.HasPrefix(c.r.URL.Path, "/api/v2/") {
		c.s.desk.unknown(c.r.Method + " " + c.r.URL.Path)
		return nil, errEndpoint
	}
	known := strings.Fields(c.route.params)
	for name := range c.query {
		if !slices.Contains(known, name) {
			c.s.desk.unknown(c.r.Method + " " + c.r.URL.Path + " ?" + name)
		}
	}
	if err := c.s.desk.take(c); err != nil {
		return nil, err
	}
	var err error
	if c.role, err = c.login(); err != nil && !c.route.anyone {
		return nil, err
	}
	if status := c.s.opts.Without[c.route.table]; status == http.StatusForbidden || c.route.admin && c.role != "admin" {
		return nil, errForbidden
	} else if status != 0 {
		return nil, errEndpoint
	}
	c.s.mu.RLock()
	defer c.s.mu.RUnlock()
	if !c.s.opts.Cache {
		return c.route.serve(c)
	}
	key := c.r.URL.String()
	if kept, ok := c.s.cache.Load(key); ok {
		return kept.(*page), nil
	}
	p, err := c.route.serve(c)
	if err == nil {
		p.body()
		c.s.cache.Store(key, p)
	}
	return p, err
}
