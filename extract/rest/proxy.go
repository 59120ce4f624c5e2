package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// proxyError is an answer of the proxy itself: it does not let the request through.
type proxyError struct {
	host   string // of the proxy, without what is written in front of it to log in; empty if unknown
	status int
}

func (e *proxyError) Error() string {
	who := "a proxy"
	if e.host != "" {
		who = "the proxy " + e.host
	}
	return fmt.Sprintf("%s does not let the request through: %d %s", who, e.status, http.StatusText(e.status))
}

// Hint says what to do.
func (e *proxyError) Hint() string {
	if e.status == http.StatusProxyAuthRequired {
		return "the proxy wants a login: write it into HTTPS_PROXY, like http://user:password@host:port, or let this machine past the proxy " +
			"with NO_PROXY. Nothing that was read is lost"
	}
	return "look at the proxy, which HTTPS_PROXY names, or let this machine past it with NO_PROXY. Nothing that was read is lost"
}

// verdict says what the answer means for the next attempt: a login that is missing does not come by itself.
func (e *proxyError) verdict() Verdict {
	switch {
	case e.status == http.StatusProxyAuthRequired:
		return Final
	case e.status >= http.StatusInternalServerError, e.status == http.StatusTooManyRequests:
		return Outage
	}
	return Astray
}

// tunnelled is told what a proxy answers to CONNECT. Without it the error would be the words of the status line alone.
func tunnelled(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{host: proxy.Host, status: resp.StatusCode}
}

// proxyOf is the host of the proxy through which requests like this one go; empty if there is none, or it is not known.
func (c *Client) proxyOf(req *http.Request) string {
	t, ok := c.http.Transport.(*http.Transport)
	if !ok || t.Proxy == nil {
		return ""
	}
	proxy, err := t.Proxy(req)
	if err != nil || proxy == nil {
		return ""
	}
	return proxy.Host
}
