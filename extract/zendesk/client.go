package zendesk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"desklake/extract"
)

const (
	attemptLimit = 5 * time.Minute  // for one attempt; a page of the exports can be slow
	connectLimit = 30 * time.Second // for a connection
	answerGrace  = 20 * time.Second // for an answer with new tokens that was asked for when the program is told to stop
)

// client is the one way to the source: every request goes through its method do.
type client struct {
	base   *url.URL // scheme and host
	http   *http.Client
	login  credential
	limits *limiter
	clock  clock
	log    *slog.Logger
	agent  string        // the User-Agent header
	giveUp time.Duration // how long to try one request
	notice expiryNotice

	answered atomic.Bool // the API has answered a request
}

func newHTTP(transport http.RoundTripper, base *url.URL) *http.Client {
	if transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.TLSHandshakeTimeout = connectLimit
		t.MaxResponseHeaderBytes = maxHeader
		t.MaxIdleConnsPerHost = 16
		t.DisableCompression = true // readBody does it, within bounds
		t.OnProxyConnectResponse = tunnelled
		transport = t
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: follow(base),
	}
}

// request is one question to the source, for as many attempts as it takes.
type request struct {
	endpoint string                  // the path with placeholders for ids: its name in limits, logs and errors
	path     string                  // below the host; the endpoint if empty
	query    func() url.Values       // asked for every attempt, as the page size can change in between; or nil
	method   string                  // GET unless set or there is a form
	form     []byte                  // a JSON body: the request is a POST without credentials, whose answer can't be had twice
	accept   func(body []byte) error // refuses a body that is not what is documented
	size     *pageSize               // of the page that is asked for; nil if it has none
	tries    int                     // how many failed attempts are enough; 0 to go on until client.giveUp
	spent    *cost                   // where the cost is added; or nil
	observer extract.Observer        // is told how it goes

	trouble trouble // the attempts that failed
}

// answer is a body that the request accepted.
type answer struct {
	body     []byte
	received time.Time // by the source's clock
}

// cost is what was spent on a request.
type cost struct {
	requests, retries int
	waited            time.Duration
}

// attempt sends the request once. Where nothing comes within patience, it ends. Its error and the headers have none of
// what was sent as a secret in them; the errors of package net come without the URL.
func (c *client) attempt(ctx context.Context, r *request, login string, patience time.Duration) (a answer, h http.Header, err error) {
	if r.form != nil {
		var end context.CancelFunc
		ctx, end = outlive(ctx, answerGrace)
		defer end()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit := time.AfterFunc(attemptLimit, func() { cancel(errSlow) })
	defer limit.Stop()
	silence := time.AfterFunc(patience, func() { cancel(errSilent) })
	defer silence.Stop()
	begun := time.Now()
	secret := sentWith(login, r.form)
	status, id := 0, ""
	told := extract.Response{Endpoint: r.endpoint}
	defer func() {
		r.observer.Respond(told)
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause
		}
		err = secret.failure(err)
		c.log.LogAttrs(ctx, slog.LevelDebug, "request", slog.String("endpoint", r.endpoint), slog.Int("status", status),
			slog.String("request_id", id), slog.Int("bytes", len(a.body)), slog.Duration("took", time.Since(begun)),
			slog.Any("err", err))
	}()
	req, err := c.build(ctx, r, login)
	if err != nil {
		return answer{}, nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return answer{}, nil, err
	}
	defer resp.Body.Close()
	silence.Stop()
	secret.header(resp.Header)
	resp.Body = &countedBody{resp.Body, &told.Bytes}
	status, id = resp.StatusCode, requestID(resp.Header)
	told.Code = status
	if age := ageOf(resp.Header); age > staleAge { // its clock and its limits are as old
		return answer{}, nil, &stale{asked: req.Method + " " + r.endpoint, age: age}
	}
	told.Quotas = quotasLeft(resp.Header, time.Now())
	a.received = c.clock.learn(resp.Header)
	if status == http.StatusNoContent && r.method == http.MethodDelete {
		return a, resp.Header, nil
	}
	if status == http.StatusProxyAuthRequired {
		return answer{}, nil, &proxyError{host: c.proxyOf(req), status: status}
	}
	if !r.success(status) {
		return answer{}, resp.Header, c.refusal(r, resp, secret, r.progress(patience))
	}
	most := r.most()
	a.body, err = readBody(resp, most, r.progress(patience), func() { cancel(errStalled) }, func() error {
		limit.Stop() // the wait is for this process, not for the source
		defer limit.Reset(attemptLimit)
		return r.observer.Take(ctx, most)
	})
	defer func() {
		if err != nil {
			r.observer.Leave()
		}
	}()
	if err != nil {
		return answer{}, resp.Header, &badBody{err}
	}
	if r.form == nil { // new tokens can be the old ones
		var repeated bool
		if a.body, repeated = secret.page(a.body); repeated {
			c.log.Warn("an answer repeats the credential that was sent: it is blotted out", "endpoint", r.endpoint)
		}
	}
	if err := r.accept(a.body); err != nil {
		return answer{}, resp.Header, unaccepted(r, resp, a.body, err)
	}
	c.answered.Store(true)
	return a, resp.Header, nil
}

// success reports that an answer has what was asked for: 203 is what a proxy makes of 200, and 201 what some make of a new
// token.
func (r *request) success(status int) bool {
	return status == http.StatusOK || status == http.StatusNonAuthoritativeInfo || status == http.StatusCreated && r.form != nil
}

// most is how many bytes an answer may have. What can't be asked for in smaller pages may be larger.
func (r *request) most() int {
	if r.size.smallest() {
		return maxAlone
	}
	return maxPage
}

// progress is within how long a body has to bring something. New tokens are waited for as long as an attempt may take.
func (r *request) progress(patience time.Duration) time.Duration {
	if r.form != nil {
		return patience
	}
	return min(progressLimit, patience)
}

// outlive returns a context that ends so long after the other one.
func outlive(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(by, func() { cancel(context.Cause(ctx)) })
		context.AfterFunc(longer, func() { timer.Stop() })
	})
	return longer, func() { stop(); cancel(nil) }
}

func (c *client) build(ctx context.Context, r *request, login string) (*http.Request, error) {
	u := *c.base
	u.Path = firstOf(r.path, r.endpoint)
	if r.query != nil {
		u.RawQuery = r.query().Encode()
	}
	method, body := firstOf(r.method, http.MethodGet), io.Reader(nil)
	if r.form != nil {
		method, body = http.MethodPost, bytes.NewReader(r.form)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("Cache-Control", "no-cache")
	req.Header.Set("Pragma", "no-cache") // the same, to caches of HTTP/1.0
	req.Header.Set("User-Agent", c.agent)
	if r.form != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if login != "" {
		req.Header.Set("Authorization", login)
	}
	return req, nil
}

// refusal makes the error of an answer that is no success. What it reads of the body lets the connection be
// used again.
func (c *client) refusal(r *request, resp *http.Response, secret *secrets, within time.Duration) error {
	body, _ := readBody(resp, maxRefusal, within, func() { resp.Body.Close() }, nil) // half an explanation is better than none
	code, description := "", ""
	if resp.StatusCode < http.StatusInternalServerError { // beyond, a body can be anything
		code, description = explain(body)
	}
	stranger := code == "" && description == ""
	if stranger {
		description = webPage(resp.Header, body)
	}
	if to := sentOn(r, resp); to != "" {
		description = cut("redirected to " + to + ": " + description)
	}
	e := &APIError{
		Method: resp.Request.Method, Path: r.endpoint, Status: resp.StatusCode,
		Code: secret.text(code), Description: secret.text(description), RequestID: requestID(resp.Header),
		Stranger: stranger,
	}
	if _, asked := c.clock.retryAfter(resp.Header); !asked && judgeStatus(resp.StatusCode) != final {
		e.Retry = cut(resp.Header.Get("Retry-After"))
	}
	if resp.StatusCode == http.StatusNotFound && r.path == "" && !c.answered.Load() && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		return &noAccount{host: c.base.Host, err: e}
	}
	return e
}

func requestID(h http.Header) string {
	return cut(firstOf(h.Get("X-Request-Id"), h.Get("X-Zendesk-Request-Id")))
}

// acceptJSON accepts a small answer that fits into v.
func acceptJSON(v any) func([]byte) error {
	return func(body []byte) error { return json.Unmarshal(body, v) }
}
