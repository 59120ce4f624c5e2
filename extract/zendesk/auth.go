package zendesk

import (
	"encoding/base64"

	"desklake/extract/oauth"
	"desklake/extract/rest"
)

// Auth is how desklake proves who it is: an APIToken or an AccessToken, or what ClientCredentials or OAuthUser return. None of them
// prints its secret.
//
// https://developer.zendesk.com/api-reference/introduction/security-and-auth/
type Auth = rest.Login

// ClientCredentials is a confidential OAuth client. Its tokens act as the user who created it.
func ClientCredentials(id, secret string) Auth {
	return oauth.Client{Server: server, ID: id, Secret: secret}
}

// OAuthUser is a user who logs in in the browser through an OAuth client, as it is given but for its server, which is Zendesk's.
func OAuthUser(u oauth.User) Auth {
	u.Server = server
	return u
}

// APIToken is a user's e-mail address with a token of the account. Zendesk ends these on 30 April 2027.
type APIToken struct{ Email, Token string }

// String names the login for people, without its secret.
func (t APIToken) String() string { return "API token of " + t.Email }

// Open implements rest.Login.
func (t APIToken) Open(*rest.Client) rest.Credential {
	pair := t.Email + "/token:" + t.Token
	return rest.Fixed{
		Value: "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)),
		Hint: "check the e-mail address and the API token (Admin Center, Apps and integrations, APIs). Zendesk makes " +
			"no new API tokens and ends all of them on 30 April 2027: an OAuth client is the way to go",
		End: endOfAPITokens,
	}
}

// AccessToken is an OAuth access token that was made elsewhere. It can't be renewed.
type AccessToken struct{ Token string }

// String names the login for people, without its secret.
func (t AccessToken) String() string { return "access token" }

// Open implements rest.Login.
func (t AccessToken) Open(*rest.Client) rest.Credential {
	return rest.Fixed{
		Value: "Bearer " + t.Token,
		Hint:  "the access token is wrong, expired or revoked: make a new one, or use an OAuth client, whose tokens desklake renews by itself",
	}
}
