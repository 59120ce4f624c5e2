package rest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"desklake/extract"
)

// AttemptLimit is for one attempt; a page can be slow.
const AttemptLimit = 5 * time.Minute

// answerGrace is for an answer with new tokens that was asked for when the program is told to stop.
const answerGrace = 20 * time.Second

// attempt sends the request once. Where nothing comes within patience, it ends. Its error and the headers have none of
// what was sent as a secret in them; the errors of package net come without the URL.
func (c *Client) attempt(ctx context.Context, r *Request, login string, patience time.Duration) (a Answer, h http.Header, err error) {
	if r.Form != nil {
		var end context.CancelFunc
		ctx, end = outlive(ctx, answerGrace)
		defer end()
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit := time.AfterFunc(AttemptLimit, func() { cancel(errSlow) })
	defer limit.Stop()
	silence := time.AfterFunc(patience, func() { cancel(errSilent) })
	defer silence.Stop()
	begun := time.Now()
	secret := sentWith(login, r.Secrets)
	status, id := 0, ""
	told := extract.Response{Endpoint: r.Endpoint}
	defer func() {
		r.Observer.Respond(told)
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause
		}
		err = secret.failure(err)
		c.log.LogAttrs(ctx, slog.LevelDebug, "request", slog.String("endpoint", r.Endpoint), slog.Int("status", status),
			slog.String("request_id", id), slog.Int("bytes", len(a.Body)), slog.Duration("took", time.Since(begun)),
			slog.Any("err", err))
	}()
	a.Asked = r.Size.Rows()
	a.Number = r.number(a.Asked)
	req, err := c.build(ctx, r, login, a.Asked)
	if err != nil {
		return Answer{}, nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return Answer{}, nil, err
	}
	defer resp.Body.Close()
	silence.Stop()
	secret.header(resp.Header)
	resp.Body = &countedBody{resp.Body, &told.Bytes}
	status, id = resp.StatusCode, c.requestID(resp.Header)
	told.Code = status
	if age := ageOf(resp.Header); age > staleAge { // its clock and its limits are as old
		return Answer{}, nil, &stale{asked: req.Method + " " + r.Endpoint, age: age}
	}
	told.Quotas = c.api.Limits.told(resp.Header, time.Now())
	a.Received = c.clock.learn(resp.Header)
	switch empty := c.api.Empty; {
	case status != http.StatusNoContent:
	case r.Method == http.MethodDelete:
		return a, resp.Header, nil
	case empty != "" && r.Form == nil:
		a.Body = []byte(empty)
		return a, resp.Header, r.Into.Decode(a.Body)
	}
	if status == http.StatusProxyAuthRequired {
		return Answer{}, nil, &proxyError{host: c.proxyOf(req), status: status}
	}
	if !r.success(status) {
		return Answer{}, resp.Header, c.refusal(r, resp, secret, r.progress(patience))
	}
	most := r.most()
	a.Body, err = c.readBody(resp, most, r.progress(patience), func() { cancel(errStalled) }, func() error {
		limit.Stop() // the wait is for this process, not for the source
		defer limit.Reset(AttemptLimit)
		return r.Observer.Take(ctx, most)
	})
	defer func() {
		if err != nil {
			r.Observer.Leave()
		}
	}()
	if err != nil {
		return Answer{}, resp.Header, &badBody{err}
	}
	if r.Form == nil { // new tokens can be the old ones
		var repeated bool
		if a.Body, repeated = secret.page(a.Body); repeated {
			c.log.Warn("an answer repeats the credential that was sent: it is blotted out", "endpoint", r.Endpoint)
		}
	}
	if err := r.Into.Decode(a.Body); err != nil {
		return Answer{}, resp.Header, unaccepted(r, resp, a.Body, err)
	}
	c.answered.Store(true)
	return a, resp.Header, nil
}

// success reports that an answer has what was asked for: 203 is what a proxy makes of 200, and 201 what some make of a new
// token.
func (r *Request) success(status int) bool {
	return status == http.StatusOK || status == http.StatusNonAuthoritativeInfo || status == http.StatusCreated && r.Form != nil
}

// most is how many bytes an answer may have. What can't be asked for in smaller pages may be larger.
func (r *Request) most() int {
	if r.Size.smallest() {
		return maxAlone
	}
	return maxPage
}

// progress is within how long a body has to bring something. New tokens are waited for as long as an attempt may take.
func (r *Request) progress(patience time.Duration) time.Duration {
	if r.Form != nil {
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
