package rest

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v4"

	"desklake/extract"
)

// FirstPause is the first pause behind a failure. It doubles with each, up to LongPause, with a jitter of half of it either way.
const (
	FirstPause = time.Second
	LongPause  = time.Minute
)

// Enough is how many failures of a page may be its own fault, before it is asked for with fewer rows.
const Enough = 3

// shortestAttempt is how long an attempt is given to begin its answer, even if less is left of Options.GiveUpAfter.
const shortestAttempt = 10 * time.Second

// Do asks until there is an answer that the request accepts, or a reason not to go on: the source says no
// (*APIError, *extract.Failure), the page is poison, its tries are used up, or the time is. All attempts and all page sizes
// together have Options.GiveUpAfter.
func (c *Client) Do(ctx context.Context, r *Request) (Answer, error) {
	pauses := backoff.NewExponentialBackOff(backoff.WithInitialInterval(FirstPause),
		backoff.WithMaxInterval(LongPause), backoff.WithMaxElapsedTime(0))
	failed, here, renewed := 0, 0, false
	r.trouble.begun = cmp.Or(r.trouble.begun, r.Since)
	for {
		header, err := c.authorize(ctx, r)
		if err != nil {
			return Answer{}, err
		}
		a, wait, asked, err := c.send(ctx, r, header)
		if err == nil {
			r.Size.worked()
			r.trouble = trouble{}
			return a, nil
		}
		if ctx.Err() != nil {
			return Answer{}, context.Cause(ctx)
		}
		if done := (*extract.Failure)(nil); errors.As(err, &done) {
			return Answer{}, err
		}
		v := Judge(err)
		switch {
		case v == Final:
			r.trouble = trouble{}
			return Answer{}, c.explainFinal(err)
		case v == Unauthorized && r.Form != nil:
			return Answer{}, err
		case v == Unauthorized:
			if renewed || !c.login.Renew(header) {
				return Answer{}, &extract.Failure{Kind: extract.ErrCredentials, Advice: c.login.Advice(), Err: err}
			}
			renewed = true
			r.Spent.Retried()
			continue
		}
		pause := time.Duration(0)
		if v != Limited {
			failed, here = failed+1, here+1
			pause = pauses.NextBackOff()
		}
		suspect := v == TooMuch || (v == Heavy || v == Astray) && here >= Enough
		if suspect && r.Size.fall() {
			c.log.Info("page made smaller", "endpoint", r.Endpoint, "rows", r.Size.n, "err", err)
			here = 0 // it is another page
			pauses.Reset()
		}
		r.trouble.add(v, err)
		left, limit := r.trouble.left(c.giveUp)
		wait = max(wait, min(pause, left)) // the last try is at the end of the time, unless the source asks for more
		switch {
		case wait > limit && asked:
			return Answer{}, c.toldToWait(err, wait, limit)
		case wait > limit:
			return Answer{}, c.outOfQuota(err, limit)
		case wait > left, left <= 0:
			return Answer{}, c.GivenUp(r.trouble.last, r.trouble.begun, limit)
		case suspect && r.Size != nil && here >= Enough:
			return Answer{}, &Poison{err}
		case r.Tries > 0 && failed >= r.Tries:
			return Answer{}, err
		}
		r.Spent.Retried()
		c.log.Warn("request failed, trying again", "endpoint", r.Endpoint, "failures", failed, "wait", wait.Round(time.Millisecond), "err", err)
		if v == Limited {
			continue // the limiter was told and does the waiting
		}
		r.Observer.Wait(extract.Wait{For: "the helpdesk to recover", Until: time.Now().Add(wait)})
		if err := r.Spent.Wait(ctx, wait); err != nil {
			return Answer{}, err
		}
	}
}

// patience is how long the request's next attempt may wait for its answer. New tokens are waited for as long as an attempt may
// take: once they are made, the old ones may be of no use.
func (c *Client) patience(r *Request) time.Duration {
	if r.Form != nil {
		return AttemptLimit
	}
	left, _ := r.trouble.left(c.giveUp)
	return max(left, shortestAttempt)
}

// authorize returns the Authorization header for the request, empty where it needs none.
func (c *Client) authorize(ctx context.Context, r *Request) (string, error) {
	if r.Form != nil {
		return "", nil
	}
	header, err := c.login.Header(ctx, r.Observer)
	if err == nil {
		c.notice.tell(c)
	}
	return header, err
}

// send makes one attempt when the limits allow it. With an error comes how long to wait, and whether the source asks for it.
func (c *Client) send(ctx context.Context, r *Request, header string) (a Answer, wait time.Duration, asked bool, err error) {
	begun, queue := time.Now(), ctx
	if !r.trouble.begun.IsZero() { // else waiting for quota is no trouble
		var end context.CancelFunc
		queue, end = context.WithTimeoutCause(ctx, c.patience(r), errSilent)
		defer end()
	}
	p, err := c.limits.acquire(queue, r.Endpoint, c.giveUp, r.Observer)
	var long *longWait
	if errors.As(err, &long) {
		wait = time.Until(long.Until)
		return Answer{}, wait, true, c.toldToWait(err, wait, c.giveUp)
	}
	if err != nil {
		return Answer{}, 0, false, err
	}
	r.Spent.sent(time.Since(begun))
	r.trouble.begun = cmp.Or(r.trouble.begun, time.Now())
	a, h, err := c.attempt(ctx, r, header, c.patience(r))
	wait, asked = c.clock.retryAfter(h)
	refused := time.Duration(0)
	if err != nil && Judge(err) == Limited {
		if !asked {
			wait = c.api.Limits.Pause
		}
		refused = max(wait, FirstPause)
	}
	p.done(h, refused)
	return a, wait, asked, err
}
