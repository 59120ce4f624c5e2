// Package oauth logs in to a helpdesk over HTTP with OAuth 2: as a client with credentials of its own, or as a user who allows it
// in the browser.
//
// It owns the asking for tokens, their renewal before they end and after a refusal, and their keeping: package tokenstore below
// it. A source says in a Server what is particular to its grants, and gives a Client or a User to package rest as the Login of
// its requests. Start with Server, then read user.go.
package oauth

import (
	"desklake/extract/oauth/tokenstore"
	"desklake/extract/rest"
)

// Server is what is particular to the OAuth server of a helpdesk.
type Server struct {
	Name string // of the product, for people: Zendesk

	// Tokens is the endpoint at which tokens are asked for, with POST.
	Tokens  string
	Form    bool // it takes a form, and no JSON
	Lenient bool // it refuses with the status of a success, and an error in place of a token

	// Client asks for tokens, where they are not asked for at the host that they open; nil else.
	Client *rest.Client

	// Page is the path at the same host at which a user allows the access in a browser. Parameters are what it takes beside
	// those that every server does.
	Page       string
	Parameters map[string]string

	// Revoke is the request that ends a login.
	Revoke func(tokenstore.Tokens) *rest.Request

	Scope  string // all that is asked for
	Scheme string // what stands in front of a token in the Authorization header: Bearer unless set

	// Access and Refresh are how long the tokens live.
	Access, Refresh Life

	// Ended is the error code of a refresh token, or of a code, that is not good any more: invalid_grant unless set.
	Ended string

	Advice Advice
}

// Life is how long a token lives, in seconds.
type Life struct {
	Ask         int     // is asked for; 0 where that can't be
	Least, Most float64 // it can be: less and more than the documentation allows are mistakes
}

// Advice is what users can do about refusals, each a phrase.
type Advice struct {
	Credentials string // the credentials of a client are refused
	Client      string // the client of a user is refused, with or without its secret
	Refused     string // the client of a user is refused in the browser
	Scope       string // the scope is refused
}
