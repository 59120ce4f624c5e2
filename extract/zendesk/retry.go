package zendesk

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v4"

	"desklake/extract"
)

const (
	firstPause = time.Second // doubled after every failure, with a jitter of half of it either way
	longPause  = time.Minute
	quotaPause = time.Minute // after a 429 that does not say how long
	enough     = 3           // failures of a page that may be its own fault, before it is asked for with fewer rows

	// An attempt is given this long to begin its answer, even if less is left of client.giveUp.
	shortestAttempt = 10 * time.Second
)

// do asks until there is an answer that the request accepts, or a reason not to go on: the source says no
// (*APIError, *extract.Failure), the page is poison, its tries are used up, or the time is. All attempts and all page sizes
// together have client.giveUp.
func (c *client) do(ctx context.Context, r *request) (answer, error) {
	pauses := backoff.NewExponentialBackOff(backoff.WithInitialInterval(firstPause),
		backoff.WithMaxInterval(longPause), backoff.WithMaxElapsedTime(0))
	failed, here, renewed := 0, 0, false
	for {
		header, err := c.authorize(ctx, r)
		if err != nil {
			return answer{}, err
		}
		a, wait, asked, err := c.send(ctx, r, header)
		if err == nil {
			r.size.worked()
			r.trouble = trouble{}
			return a, nil
		}
		if ctx.Err() != nil {
			return answer{}, context.Cause(ctx)
		}
		if done := (*extract.Failure)(nil); errors.As(err, &done) {
			return answer{}, err
		}
		v := judge(err)
		switch {
		case v == final:
			r.trouble = trouble{}
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
		pause := time.Duration(0)
		if v != limited {
			failed, here = failed+1, here+1
			pause = pauses.NextBackOff()
		}
		suspect := v == tooMuch || (v == heavy || v == astray) && here >= enough
		if suspect && r.size.fall() {
			c.log.Info("page made smaller", "endpoint", r.endpoint, "rows", r.size.n, "err", err)
			here = 0 // it is another page
			pauses.Reset()
		}
		r.trouble.add(v, err)
		left, limit := r.trouble.left(c.giveUp)
		wait = max(wait, min(pause, left)) // the last try is at the end of the time, unless the source asks for more
		switch {
		case wait > limit && asked:
			return answer{}, c.toldToWait(err, wait, limit)
		case wait > limit:
			return answer{}, c.outOfQuota(err, limit)
		case wait > left, left <= 0:
			return answer{}, c.givenUp(r.trouble.last, r.trouble.begun, limit)
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
		r.observer.Wait(extract.Wait{For: "the helpdesk to recover", Until: time.Now().Add(wait)})
		if err := r.spent.wait(ctx, wait); err != nil {
			return answer{}, err
		}
	}
}

// patience is how long the request's next attempt may wait for its answer. New tokens are waited for as long as an attempt may
// take: once they are made, the old ones may be of no use.
func (c *client) patience(r *request) time.Duration {
	if r.form != nil {
		return attemptLimit
	}
	left, _ := r.trouble.left(c.giveUp)
	return max(left, shortestAttempt)
}

// authorize returns the Authorization header for the request, empty where it needs none.
func (c *client) authorize(ctx context.Context, r *request) (string, error) {
	if r.form != nil {
		return "", nil
	}
	header, err := c.login.header(ctx, c, r.observer)
	if err == nil {
		c.notice.tell(c)
	}
	return header, err
}

// send makes one attempt when the limits allow it. With an error comes how long to wait, and whether the source asks for it.
func (c *client) send(ctx context.Context, r *request, header string) (a answer, wait time.Duration, asked bool, err error) {
	begun, queue := time.Now(), ctx
	if !r.trouble.begun.IsZero() { // else waiting for quota is no trouble
		var end context.CancelFunc
		queue, end = context.WithTimeoutCause(ctx, c.patience(r), errSilent)
		defer end()
	}
	p, err := c.limits.acquire(queue, r.endpoint, c.giveUp, r.observer)
	var long *longWait
	if errors.As(err, &long) {
		wait = time.Until(long.Until)
		return answer{}, wait, true, c.toldToWait(err, wait, c.giveUp)
	}
	if err != nil {
		return answer{}, 0, false, err
	}
	r.spent.sent(time.Since(begun))
	r.trouble.begun = cmp.Or(r.trouble.begun, time.Now())
	a, h, err := c.attempt(ctx, r, header, c.patience(r))
	wait, asked = c.clock.retryAfter(h)
	refused := time.Duration(0)
	if err != nil && judge(err) == limited {
		if !asked {
			wait = quotaPause
		}
		refused = max(wait, firstPause)
	}
	p.done(h, refused)
	return a, wait, asked, err
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
