package rest

import (
	"bytes"
	"cmp"
	"fmt"
	"mime"
	"net/http"
	"net/url"
)

// foreign is an answer that something else than the API gave: a maintenance page, a page to sign in at, the page of a proxy
// or a firewall.
type foreign struct {
	asked string // method and path
	to    string // the path to which the request was sent on; empty if it was not
	what  string // what came
}

func (e *foreign) Error() string {
	if e.to == "" {
		return fmt.Sprintf("%s: %s came in place of JSON", e.asked, e.what)
	}
	return fmt.Sprintf("%s: redirected to %s, where %s came", e.asked, e.to, e.what)
}

// unaccepted makes the error of an answer that came whole, and that the request does not accept.
func unaccepted(r *Request, resp *http.Response, body []byte, err error) error {
	what, to := webPage(resp.Header, body), sentOn(r, resp)
	if kind := mediaType(resp.Header); what == "" && kind != "" && kind != "application/json" && begin(body) != '{' {
		what = "an answer of Content-Type " + kind
	}
	switch {
	case what == "" && to != "":
		what = "another answer than the one that was asked for"
	case what == "":
		return &badBody{err}
	}
	return &foreign{asked: resp.Request.Method + " " + r.Endpoint, to: to, what: what}
}

// webPage names an answer that is a page for a browser; empty if it is none.
func webPage(h http.Header, body []byte) string {
	switch kind := mediaType(h); {
	case begin(body) == '{':
		return ""
	case kind == "text/html", kind == "application/xhtml+xml":
		return "a web page (Content-Type " + kind + ")"
	case begin(body) == '<':
		return "a web page"
	}
	return ""
}

// mediaType is the Content-Type without its parameters; empty if it can't be read.
func mediaType(h http.Header) string {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return Cut(kind)
}

// begin is the first byte of a body that is no white space; 0 if there is none.
func begin(body []byte) byte {
	if text := bytes.TrimLeft(body, " \t\r\n"); len(text) > 0 {
		return text[0]
	}
	return 0
}

// sentOn is the path to which a request was redirected; empty if it was not.
func sentOn(r *Request, resp *http.Response) string {
	if at := resp.Request.URL; at.Path != cmp.Or(r.Path, r.Endpoint) {
		return Cut(at.EscapedPath())
	}
	return ""
}

// redirectError says that the host sends its callers elsewhere.
type redirectError struct{ to string }

func (e *redirectError) Error() string { return "redirected to " + e.to }

// redirects is how many of them are followed.
const redirects = 3

// follow decides which redirects are followed: credentials go to the configured host and nowhere else.
func follow(base *url.URL) func(next *http.Request, via []*http.Request) error {
	return func(next *http.Request, via []*http.Request) error {
		switch {
		case next.URL.Scheme != base.Scheme || next.URL.Host != base.Host:
			return &redirectError{to: next.URL.Scheme + "://" + next.URL.Host}
		case len(via) > redirects:
			return &foreign{asked: via[0].Method + " " + via[0].URL.Path, to: Cut(next.URL.EscapedPath()), what: "the next redirect"}
		}
		return nil
	}
}

// noAccount is a 404 that does not come from the API, which answers in JSON: the page "No help desk at ...".
type noAccount struct {
	of   string // what there is none of
	host string
	err  *APIError
}

func (e *noAccount) Error() string {
	return fmt.Sprintf("there is no %s at %s: %v", e.of, e.host, e.err)
}
func (e *noAccount) Unwrap() error { return e.err }
