// Package rest asks a helpdesk over HTTP.
//
// It owns what every such helpdesk needs, whichever it is: requests and their repetition, bodies and their bounds, redirects,
// caches and proxies on the way, limits that the answers tell and the processes of a machine share, the source's clock, and the
// blotting of secrets. A source says in an API what is particular to it, opens a Client, and asks each question as a Request.
// How a walk goes on is the source's own; how to log in with OAuth is package oauth. Start with Client.Do in retry.go, then
// read attempt.go.
package rest

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"desklake/extract"
)

// Options say who is asked, and how. API, Base and Login are needed; the rest has defaults.
type Options struct {
	API    *API
	Base   *url.URL    // scheme and host
	Login  Login       // nil where every request has a form
	Header http.Header // of every request, beside those that all need

	Reserve     float64       // share of the account's quota that is left to others, less than 1
	GiveUpAfter time.Duration // how long one request is tried: an hour unless set

	// CacheDir is the folder in which the processes of this machine share what is known of the account's limits. Empty: they do
	// not.
	CacheDir string

	Transport http.RoundTripper // in place of the network, for tests
	Logger    *slog.Logger      // nothing is logged without it
	Version   string            // of desklake, for the User-Agent header
}

// Login is how desklake proves who it is. It does not print its secret.
type Login interface {
	// String names the login for people.
	String() string

	// Open makes the credential of a client, by which it may ask for tokens.
	Open(*Client) Credential
}

// Credential is a Login in use by one Client. Its methods are safe for concurrent use.
type Credential interface {
	// Header returns the value of the Authorization header. It may make requests, of which the observer is told.
	Header(ctx context.Context, o extract.Observer) (string, error)

	// Renew is told of a header that was answered with 401. It returns true if another one can be had.
	Renew(refused string) bool

	// Ends returns when the credential ends, unless it is renewed before; zero where it does not, or where that is not
	// known. It makes no request.
	Ends() (time.Time, error)

	// Advice says what to do when the credential is refused.
	Advice() string
}

// Client is the one way to a source: every request goes through its method Do.
type Client struct {
	api    *API
	base   *url.URL
	http   *http.Client
	header http.Header
	login  Credential
	limits *limiter
	clock  clock
	log    *slog.Logger
	agent  string        // the User-Agent header
	giveUp time.Duration // how long to try one request
	notice expiryNotice

	answered atomic.Bool // the API has answered a request
}

// New returns a client. It makes no request.
func New(o Options) *Client {
	c := &Client{
		api: o.API, base: o.Base, http: newHTTP(o.Transport, o.Base), header: o.Header, log: cmp.Or(o.Logger, slog.New(slog.DiscardHandler)),
		agent: "desklake/" + cmp.Or(o.Version, "unknown"), giveUp: cmp.Or(o.GiveUpAfter, time.Hour),
	}
	var l ledger = &private{}
	if o.CacheDir != "" {
		name := "limits-" + strings.ReplaceAll(o.Base.Host, ":", "_") + ".json"
		l = &shared{path: filepath.Join(o.CacheDir, name), log: c.log}
	}
	c.limits = newLimiter(&o.API.Limits, o.Reserve, l)
	if o.Login != nil {
		c.login = o.Login.Open(c)
	}
	return c
}

// Close closes the connections that are kept for further requests.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// API is what is known of the source's API.
func (c *Client) API() *API { return c.api }

// Base is the scheme and the host of the source.
func (c *Client) Base() *url.URL { return c.base }

// Log is where the client logs.
func (c *Client) Log() *slog.Logger { return c.log }

// Credential is the client's login in use; nil without one.
func (c *Client) Credential() Credential { return c.login }

// GiveUpAfter is how long one request is tried.
func (c *Client) GiveUpAfter() time.Duration { return c.giveUp }

// Now is the source's time in UTC. It can be up to a second late.
func (c *Client) Now() time.Time { return c.clock.now() }

// Ahead is how far the source's clock is ahead of this machine's.
func (c *Client) Ahead() time.Duration { return time.Duration(c.clock.ahead.Load()) }

// Limits is what is known of the account's limits.
func (c *Client) Limits() Known { return c.limits.known() }
