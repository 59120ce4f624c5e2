package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"desklake/extract"
)

// explainFinal adds advice to the failures that are not about a stream.
func (c *client) explainFinal(err error) error {
	var account *noAccount
	var redirect *redirectError
	var proxy *proxyError
	var api *APIError
	switch {
	case errors.As(err, &proxy):
		return &extract.Failure{Kind: extract.ErrUnreachable, Advice: proxy.Hint(), Err: err}
	case errors.As(err, &account):
		return &extract.Failure{Kind: extract.ErrNoAccount, Err: err,
			Advice: "check the subdomain: it is the part of your helpdesk's address in front of .zendesk.com"}
	case errors.As(err, &redirect):
		return &extract.Failure{Kind: extract.ErrNoAccount, Err: err,
			Advice: "credentials are only sent to " + c.base.Host + ": if the account has moved, set the new subdomain or url; if that is " +
				"the address of a proxy or of a page to sign in at, let this machine through to " + c.base.Host}
	case !errors.As(err, &api):
		return &extract.Failure{Kind: extract.ErrUnreachable, Err: err,
			Advice: "the certificate of " + c.base.Host + " can't be trusted: check the url and the clock of this machine"}
	}
	return explainStatus(api)
}

// explainStatus adds advice to the statuses that mean the same wherever they come. What is left depends on what was asked for.
func explainStatus(api *APIError) error {
	switch api.Status {
	case http.StatusPaymentRequired:
		return &extract.Failure{Kind: extract.ErrPermission, Err: api,
			Advice: "the account is suspended, or was not paid for: its owner sees more in the Admin Center (Account, Billing)"}
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusUnprocessableEntity:
		return api
	}
	if api.Stranger {
		return &extract.Failure{Kind: extract.ErrAnswer, Err: api, Advice: notTheAPI + ". Nothing that was read is lost, and the next run asks again"}
	}
	return theirs(api)
}

// notTheAPI says who answers what the API does not say.
const notTheAPI = "what answers is not Zendesk's API: a page to sign in at, a maintenance page, a proxy or a firewall"

// givenUp is the error of a source that has given no usable answer since then, and may be tried for so long.
func (c *client) givenUp(err error, since time.Time, limit time.Duration) error {
	return c.unreachable(fmt.Errorf("given up after %v: %w", min(time.Since(since).Round(time.Second), limit), err))
}

// outOfQuota is the error of a source that refuses for its quota and does not say for how long, where the documented pause is
// longer than one request is tried.
func (c *client) outOfQuota(err error, limit time.Duration) error {
	return c.unreachable(fmt.Errorf("what is refused for its quota is asked again after %v, and a request is tried for %v: %w", quotaPause, limit, err))
}

// unreachable says what to do about a source that gives no usable answer.
func (c *client) unreachable(err error) error {
	advice := "nothing that was read is lost: the next run goes on from there. See status.zendesk.com and the network"
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
		advice = notTheAPI + ". Look at " + c.base.String() + " from this machine, and check source.url and the settings of the proxy. Nothing that was read is lost"
	case errors.As(err, &big):
		advice = big.Hint()
	}
	return &extract.Failure{Kind: extract.ErrUnreachable, Advice: advice, Err: err}
}

// unusable is the error of answers that came whole, and by which reading can't go on: they contradict themselves, or each other.
type unusable struct{ endpoint, what string }

func (e *unusable) Error() string { return "GET " + e.endpoint + ": " + e.what }

func (w *walk) wrong(format string, args ...any) error {
	return &unusable{w.stream.endpoint, fmt.Sprintf(format, args...)}
}

// theirs says what to do about answers that no setting of desklake can better.
func theirs(err error) error {
	return &extract.Failure{Kind: extract.ErrAnswer, Err: err,
		Advice: "this is what the helpdesk answered, and no setting of desklake changes it: nothing that was read is lost, and the next run asks again. " + tellSupport}
}

const tellSupport = "If it stays so, tell Zendesk's support, with the time and the text above"

// settled is the error of a request with few tries that ended: where the source has not said no, it can't be reached.
func (c *client) settled(ctx context.Context, err error) error {
	var done *extract.Failure
	if v := judge(err); ctx.Err() != nil || v == final || v == login || errors.As(err, &done) {
		return err
	}
	return c.unreachable(err)
}

// toldToWait is the error of a source that asks to be left alone for longer than one request is tried.
func (c *client) toldToWait(err error, wait, limit time.Duration) error {
	return &extract.Failure{
		Kind: extract.ErrUnreachable,
		Err:  fmt.Errorf("the source asks to wait %v, and a request is tried for %v: %w", wait.Round(time.Second), limit, err),
		Advice: "nothing that was read is lost: run desklake again after " + c.clock.now().Add(wait).Format("2006-01-02 15:04") +
			" UTC. source.give_up_after says for how long a request is tried",
	}
}

// refusedToAll says what to do where Zendesk refuses even to say who the caller is, which everybody may ask.
func refusedToAll(err error) error {
	var api *APIError
	var done *extract.Failure
	switch {
	case errors.As(err, &done), !errors.As(err, &api), judgeStatus(api.Status) != final:
		return err
	case api.Status != http.StatusForbidden && api.Status != http.StatusNotFound:
		return theirs(err)
	}
	return &extract.Failure{Kind: extract.ErrPermission, Err: err,
		Advice: "Zendesk, or a firewall or proxy on the way to it, refuses this machine or this user: check that the address from which this " +
			"machine reaches the internet is on the account's IP allowlist (Admin Center, Account, Security), that no firewall is in between, " +
			"that the user's role may use the API, and that the account is still active under this name"}
}
