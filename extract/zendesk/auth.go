package zendesk

import (
	"context"
	"encoding/base64"
	"time"

	"desklake/extract"
)

// Auth is how desklake proves who it is: one of APIToken, AccessToken, ClientCredentials and OAuthUser. None of them
// prints its secret.
//
// https://developer.zendesk.com/api-reference/introduction/security-and-auth/
type Auth interface {
	String() string
	open() credential
}

// credential is an Auth in use by one Source.
type credential interface {
	// header returns the value of the Authorization header.
	header(ctx context.Context, c *client, o extract.Observer) (string, error)

	// renew is told of a header that was answered with 401. It returns true if another one can be had.
	renew(refused string) bool

	// ends returns when the credential ends, unless it is renewed before; zero where it does not, or where that is not
	// known. It makes no request.
	ends() (time.Time, error)

	// advice says what to do when the credential is refused.
	advice() string
}

// APIToken is a user's e-mail address with a token of the account. Zendesk ends these on 30 April 2027.
type APIToken struct{ Email, Token string }

func (t APIToken) String() string { return "API token of " + t.Email }

func (t APIToken) open() credential {
	pair := t.Email + "/token:" + t.Token
	return fixed{
		value: "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)),
		hint: "check the e-mail address and the API token (Admin Center, Apps and integrations, APIs). Zendesk makes " +
			"no new API tokens and ends all of them on 30 April 2027: an OAuth client is the way to go",
		end: endOfAPITokens,
	}
}

// AccessToken is an OAuth access token that was made elsewhere. It can't be renewed.
type AccessToken struct{ Token string }

func (t AccessToken) String() string { return "access token" }

func (t AccessToken) open() credential {
	return fixed{
		value: "Bearer " + t.Token,
		hint:  "the access token is wrong, expired or revoked: make a new one, or use an OAuth client, whose tokens desklake renews by itself",
	}
}

// fixed is a credential that never changes.
type fixed struct {
	value, hint string
	end         time.Time // zero where it is not known
}

func (f fixed) header(context.Context, *client, extract.Observer) (string, error) {
	return f.value, nil
}
func (f fixed) renew(string) bool        { return false }
func (f fixed) ends() (time.Time, error) { return f.end, nil }
func (f fixed) advice() string           { return f.hint }
