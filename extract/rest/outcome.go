package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"desklake/extract"
)

// explainFinal adds advice to the failures that are not about a stream.
func (c *Client) explainFinal(err error) error {
	var account *noAccount
	var redirect *redirectError
	var proxy *proxyError
	var api *APIError
	switch {
	case errors.As(err, &proxy):
		return &extract.Failure{Kind: extract.ErrUnreachable, Advice: proxy.Hint(), Err: err}
	case errors.As(err, &account):
		return &extract.Failure{Kind: extract.ErrNoAccount, Err: err,
			Advice: c.api.NoAccount}
	case errors.As(err, &redirect):
		return &extract.Failure{Kind: extract.ErrNoAccount, Err: err,
			Advice: "credentials are only sent to " + c.base.Host + ": if the account has moved, " + c.api.Moved + "; if that is " +
				"the address of a proxy or of a page to sign in at, let this machine through to " + c.base.Host}
	case !errors.As(err, &api):
		return &extract.Failure{Kind: extract.ErrUnreachable, Err: err,
			Advice: "the certificate of " + c.base.Host + " can't be trusted: check the url and the clock of this machine"}
	}
	return c.api.explain(api)
}

// explain adds advice to the refusals that mean the same wherever they come. What is left depends on what was asked for.
func (a *API) explain(err *APIError) error {
	if a.Settle != nil {
		if settled := a.Settle(err); settled != nil {
			return settled
		}
	}
	switch err.Status {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusUnprocessableEntity:
		return err
	}
	if err.Stranger {
		return &extract.Failure{Kind: extract.ErrAnswer, Err: err, Advice: a.NotAPI() + ". Nothing that was read is lost, and the next run asks again"}
	}
	return a.Theirs(err)
}

// GivenUp is the error of a source that has given no usable answer since then, and may be tried for so long.
func (c *Client) GivenUp(err error, since time.Time, limit time.Duration) error {
	return c.Unreachable(fmt.Errorf("given up after %v: %w", min(time.Since(since).Round(time.Second), limit), err))
}

// outOfQuota is the error of a source that refuses for its quota and does not say for how long, where the documented pause is
// longer than one request is tried.
func (c *Client) outOfQuota(err error, limit time.Duration) error {
	return c.Unreachable(fmt.Errorf("what is refused for its quota is asked again after %v, and a request is tried for %v: %w", c.api.Limits.Pause, limit, err))
}

// Unreachable says what to do about a source that gives no usable answer.
func (c *Client) Unreachable(err error) error {
	advice := "nothing that was read is lost: the next run goes on from there. See " + c.api.Status + " and the network"
	var other *foreign
	var old *stale
	var proxy *proxyError
	var big *tooBig
	switch {
	case errors.As(err, &old):
		advice = "a cache between this machine and " + c.base.Host + " answers with what it kept, although it is told to ask anew: let this machine " +
			"past it. Nothing that was read is lost"
	case errors.As(err, &proxy):
		advice = proxy.Hint()
	case errors.As(err, &other):
		advice = c.api.NotAPI() + ". Look at " + c.base.String() + " from this machine, and check source.url and the settings of the proxy. Nothing that was read is lost"
	case errors.As(err, &big):
		advice = big.Hint()
	}
	return &extract.Failure{Kind: extract.ErrUnreachable, Advice: advice, Err: err}
}

// Theirs says what to do about answers that no setting of desklake can better.
func (a *API) Theirs(err error) error {
	return &extract.Failure{Kind: extract.ErrAnswer, Err: err,
		Advice: "this is what the helpdesk answered, and no setting of desklake changes it: nothing that was read is lost, and the next run asks again. " + a.TellSupport()}
}

// Settled is the error of a request with few tries that ended: where the source has not said no, it can't be reached.
func (c *Client) Settled(ctx context.Context, err error) error {
	var done *extract.Failure
	if v := Judge(err); ctx.Err() != nil || v == Final || v == Unauthorized || errors.As(err, &done) {
		return err
	}
	return c.Unreachable(err)
}

// toldToWait is the error of a source that asks to be left alone for longer than one request is tried.
func (c *Client) toldToWait(err error, wait, limit time.Duration) error {
	return &extract.Failure{
		Kind: extract.ErrUnreachable,
		Err:  fmt.Errorf("the source asks to wait %v, and a request is tried for %v: %w", wait.Round(time.Second), limit, err),
		Advice: "nothing that was read is lost: run desklake again after " + c.clock.now().Add(wait).Format("2006-01-02 15:04") +
			" UTC. source.give_up_after says for how long a request is tried",
	}
}
