package zendesk

import (
	"errors"
	"net/http"
	"time"

	"desklake/extract"
	"desklake/extract/oauth"
	"desklake/extract/oauth/tokenstore"
	"desklake/extract/rest"
)

// api is what asking Zendesk has to know of it.
var api = &rest.API{
	Name:      "Zendesk",
	Status:    "status.zendesk.com",
	NoAccount: "check the subdomain: it is the part of your helpdesk's address in front of .zendesk.com",
	Moved:     "set the new subdomain or url",
	RequestID: []string{"X-Request-Id", "X-Zendesk-Request-Id"},
	Explain:   explain,
	Settle:    unpaid,
	Limits: rest.Limits{
		// Without headers that say more: https://developer.zendesk.com/api-reference/introduction/rate-limits/
		Quotas: []rest.Quota{
			{Name: account, Words: "account quota", Limit: 200}, // on the smallest of today's plans
			{Name: "incremental-exports", Words: "export quota", Limit: 10, Within: "/incremental/"},
		},
		Span:  time.Minute,
		Read:  readLimits,
		Pause: time.Minute,
	},
}

// server is Zendesk's OAuth server.
//
// https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
// https://developer.zendesk.com/documentation/api-basics/authentication/refresh-token
// https://developer.zendesk.com/documentation/ticketing/working-with-oauth/oauth-pkce/
// https://developer.zendesk.com/documentation/api-basics/authentication/revoking-oauth-token
var server = &oauth.Server{
	Name:   "Zendesk",
	Tokens: "/oauth/tokens",
	Page:   "/oauth/authorizations/new",
	Revoke: func(tokenstore.Tokens) *rest.Request {
		return &rest.Request{Method: http.MethodDelete, Endpoint: currentToken}
	},
	Scope: "read", // narrower ones do not open every table, wider ones open what desklake does not need

	// An access token is renewed without anybody noticing, so that it can be short; a refresh token must outlive the longest time
	// between two runs, and gets what Zendesk allows at most.
	Access:  oauth.Life{Ask: 3_600, Least: 300, Most: 172_800},
	Refresh: oauth.Life{Ask: 7_776_000, Least: 604_800, Most: 7_776_000},
	Advice: oauth.Advice{
		Credentials: "check the identifier and the secret of the OAuth client, that it is confidential, and that it may have the scope " +
			"\"read\" (Admin Center, Apps and integrations, APIs, OAuth clients)",
		Client: "check the identifier of the OAuth client, and its secret: a confidential client needs one under source.auth.oauth_user, and a " +
			"public one has none (Admin Center, Apps and integrations, APIs, OAuth clients)",
		Refused: "check the OAuth client in the Admin Center (Apps and integrations, APIs, OAuth clients); docs/connect-zendesk.md shows how it must be",
		Scope: `the OAuth client may not give out the scope "read", which is all that desklake asks for: add it to the client's allowed ` +
			"scopes (Admin Center, Apps and integrations, APIs, OAuth clients), or allow all",
	},
}

// currentToken is the endpoint of the token that a request is made with.
const currentToken = "/api/v2/oauth/tokens/current.json"

// unpaid says what to do about the status of an account that is suspended.
func unpaid(err *rest.APIError) error {
	if err.Status != http.StatusPaymentRequired {
		return nil
	}
	return &extract.Failure{Kind: extract.ErrPermission, Err: err,
		Advice: "the account is suspended, or was not paid for: its owner sees more in the Admin Center (Account, Billing)"}
}

// refusedToAll says what to do where Zendesk refuses even to say who the caller is, which everybody may ask.
func refusedToAll(source *rest.Client, err error) error {
	var refused *rest.APIError
	var done *extract.Failure
	switch {
	case errors.As(err, &done), !errors.As(err, &refused), refused.Verdict != rest.Final:
		return err
	case refused.Status != http.StatusForbidden && refused.Status != http.StatusNotFound:
		return source.API().Theirs(err)
	}
	return &extract.Failure{Kind: extract.ErrPermission, Err: err,
		Advice: "Zendesk, or a firewall or proxy on the way to it, refuses this machine or this user: check that the address from which this " +
			"machine reaches the internet is on the account's IP allowlist (Admin Center, Account, Security), that no firewall is in between, " +
			"that the user's role may use the API, and that the account is still active under this name"}
}

// unusable is the error of answers that came whole, and by which reading can't go on: they contradict themselves, or each other.
type unusable struct{ endpoint, what string }

func (e *unusable) Error() string { return "GET " + e.endpoint + ": " + e.what }
