package zendesk

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v4"

	"desklake/extract"
)

const (
	firstPause = time.Second // doubled after every failure, with a jitter of half of it either way
	longPause  = time.Minute
	quotaPause = time.Minute // after a 429 that does not say how long
	enough     = 3           // failures of a page that may be its own fault, before it is asked for with fewer rows
)

// verdict is what a failed attempt means for the next one.
type verdict uint8

const (
	final   verdict = iota // it will not get better
	login                  // another credential may help
	limited                // too many requests: no failure, just too early
	outage                 // the source or the way to it is disturbed
	heavy                  // or it is this page that it can't make
	tooMuch                // it is this page
)

func judge(err error) verdict {
	var api *APIError
	var certificate *tls.CertificateVerificationError
	var account *noAccount
	var redirect *redirectError
	var bad *badBody
	switch {
	case errors.Is(err, errAnonymous):
		return login
	case errors.As(err, &account), errors.As(err, &redirect), errors.As(err, &certificate):
		return final
	case errors.As(err, &api):
		return judgeStatus(api.Status)
	case errors.Is(err, errTooBig), errors.Is(err, errSlow):
		return tooMuch
	case errors.As(err, &bad), errors.Is(err, errStalled):
		return heavy
	}
	return outage // resets, timeouts, names that can't be resolved
}

func judgeStatus(status int) verdict {
	switch {
	case status == http.StatusUnauthorized:
		return login
	case status == http.StatusTooManyRequests:
		return limited
	case status == http.StatusGatewayTimeout, status == 524:
		return tooMuch
	case status == http.StatusServiceUnavailable, status == http.StatusRequestTimeout,
		status == http.StatusConflict, status == http.StatusTooEarly:
		return outage
	case status >= http.StatusInternalServerError:
		return heavy
	}
	return final
}

// poison is the error of a page that can't be made smaller and that the source still can't make.
type poison struct{ err error }

func (e *poison) Error() string { return e.err.Error() }
func (e *poison) Unwrap() error { return e.err }

// do asks until there is an answer that the request accepts, or a reason not to go on: the source says no
// (*APIError, *extract.Failure), the page is poison, its tries are used up, or the time is.
func (c *client) do(ctx context.Context, r *request) (answer, error) {
	pauses := backoff.NewExponentialBackOff(backoff.WithInitialInterval(firstPause),
		backoff.WithMaxInterval(longPause), backoff.WithMaxElapsedTime(0))
	failed, here, renewed := 0, 0, false
	for {
		header, err := c.authorize(ctx, r)
		if err != nil {
			return answer{}, err
		}
		a, wait, err := c.send(ctx, r, header)
		if err == nil {
			r.size.worked()
			r.trouble = time.Time{}
			return a, nil
		}
		if ctx.Err() != nil {
			return answer{}, context.Cause(ctx)
		}
		v := judge(err)
		switch {
		case v == final:
			return answer{}, c.explainFinal(err)
		case v == login && r.form != nil:
			return answer{}, err
		case v == login:
			if renewed || !c.login.renew(header) {
				return answer{}, &extract.Failure{Kind: extract.ErrCredentials, Advice: c.login.advice(), Err: err}
			}
			renewed = true
			r.spent.retried()
			continue
		}
		if r.trouble.IsZero() {
			r.trouble = time.Now()
		}
		if v != limited {
			failed, here = failed+1, here+1
			wait = max(wait, pauses.NextBackOff())
		}
		suspect := v == tooMuch || v == heavy && here >= enough
		if suspect && r.size.fall() {
			c.log.Info("page made smaller", "endpoint", r.endpoint, "rows", r.size.n, "err", err)
			here, r.trouble = 0, time.Now() // it is another request
			pauses.Reset()
		}
		switch {
		case time.Since(r.trouble)+wait > c.giveUp:
			return answer{}, c.givenUp(err)
		case suspect && r.size != nil && here >= enough:
			return answer{}, &poison{err}
		case r.tries > 0 && failed >= r.tries:
			return answer{}, err
		}
		r.spent.retried()
		c.log.Warn("request failed, trying again", "endpoint", r.endpoint, "failures", failed, "wait", wait.Round(time.Millisecond), "err", err)
		if v == limited {
			continue // the limiter was told and does the waiting
		}
		extract.Wait{For: "the helpdesk to recover", Until: time.Now().Add(wait)}.Tell(ctx)
		if err := r.spent.wait(ctx, wait); err != nil {
			return answer{}, err
		}
	}
}

// authorize returns the Authorization header for the request, empty where it needs none.
func (c *client) authorize(ctx context.Context, r *request) (string, error) {
	if r.form != nil {
		return "", nil
	}
	header, err := c.login.header(ctx, c)
	if err == nil {
		c.notice.tell(c)
	}
	return header, err
}

// send makes one attempt when the limits allow it. With an error comes how long the source asks to wait.
func (c *client) send(ctx context.Context, r *request, header string) (answer, time.Duration, error) {
	begun := time.Now()
	p, err := c.limits.acquire(ctx, r.endpoint)
	if err != nil {
		return answer{}, 0, err
	}
	r.spent.sent(time.Since(begun))
	a, h, err := c.attempt(ctx, r, header)
	wait, asked := c.clock.retryAfter(h)
	refused := time.Duration(0)
	if err != nil && judge(err) == limited {
		if !asked {
			wait = quotaPause
		}
		refused = max(wait, firstPause)
	}
	p.done(h, refused)
	return a, wait, err
}

// explainFinal adds advice to the failures that are not about a stream.
func (c *client) explainFinal(err error) error {
	var account *noAccount
	var redirect *redirectError
	switch {
	case errors.As(err, &account):
		return &extract.Failure{Kind: extract.ErrNoAccount, Err: err,
			Advice: "check the subdomain: it is the part of your helpdesk's address in front of .zendesk.com"}
	case errors.As(err, &redirect):
		return &extract.Failure{Kind: extract.ErrNoAccount, Err: err,
			Advice: "credentials are only sent to " + c.base.Host + ": if the account has moved, set the new subdomain or url"}
	case judge(err) == final && !isAPIError(err):
		return &extract.Failure{Kind: extract.ErrUnreachable, Err: err,
			Advice: "the certificate of " + c.base.Host + " can't be trusted: check the url and the clock of this machine"}
	}
	return err
}

func isAPIError(err error) bool {
	var api *APIError
	return errors.As(err, &api)
}

func (c *cost) sent(waited time.Duration) {
	if c != nil {
		c.requests++
		c.waited += waited
	}
}

func (c *cost) retried() {
	if c != nil {
		c.retries++
	}
}

// wait waits, and counts it.
func (c *cost) wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	begun := time.Now()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	if c != nil {
		c.waited += time.Since(begun)
	}
	return context.Cause(ctx)
}

// givenUp is the error of a source that gave no usable answer for as long as desklake is told to try.
func (c *client) givenUp(err error) error {
	return &extract.Failure{
		Kind:   extract.ErrUnreachable,
		Advice: "nothing that was read is lost: the next run goes on from there. See status.zendesk.com and the network",
		Err:    fmt.Errorf("given up after %v: %w", c.giveUp, err),
	}
}
