package zendesktest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Auth are the credentials that are accepted; the zero Auth accepts any, and none.
type Auth struct {
	Email, Token           string // an API token: Basic authentication as {Email}/token
	AccessToken            string // a bearer token that does not expire
	ClientID, ClientSecret string // an OAuth client; one without a secret is public, and must use PKCE

	// RedirectURLs are those of the client, one a line, as they are written in the Admin Center. Only with them a user can
	// be asked for consent, at /oauth/authorizations/new.
	RedirectURLs string

	// Scopes are the client's allowed scopes, separated by spaces; empty for all.
	Scopes string

	// ExpiresIn is how long a granted token lives: 30 minutes, or what the client asks for. Negative for one that never
	// expires, as those of older clients: expires_in is null, and there is no refresh token.
	ExpiresIn time.Duration

	// RefreshExpiresIn is how long a refresh token lives: 30 days, or what the client asks for.
	RefreshExpiresIn time.Duration
}

type token struct {
	expires time.Time // zero for never
	scope   string
	refresh string // the refresh token that came with it, empty without one
}

// login returns the role of whoever sends the call.
func (c *call) login() (role string, err error) {
	auth := c.s.opts.Auth
	if auth.Email == "" && auth.AccessToken == "" && auth.ClientID == "" {
		return c.s.opts.Role, nil
	}
	if user, password, ok := c.r.BasicAuth(); ok {
		if auth.Email != "" && user == auth.Email+"/token" && password == auth.Token {
			return c.s.opts.Role, nil
		}
		return "", errLogin
	}
	bearer, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return "", errLogin
	}
	if auth.AccessToken != "" && bearer == auth.AccessToken {
		return c.s.opts.Role, nil
	}
	granted, ok := c.s.desk.token(bearer)
	switch {
	case !ok || !granted.expires.IsZero() && !c.now.Before(granted.expires):
		return "", errToken
	case !strings.Contains(" "+granted.scope+" ", " read "):
		return "", &refusal{403, `{"error":"Forbidden","description":"Missing the following required scopes: read"}`}
	}
	return c.s.opts.Role, nil
}

func (d *desk) token(name string) (token, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, ok := d.tokens[name]
	return t, ok
}

// ExpireTokens ends all access tokens at once, in the middle of whatever goes on.
func (s *Server) ExpireTokens() {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	clear(s.desk.tokens)
}

// RevokeTokens ends all access and refresh tokens, as an administrator can.
func (s *Server) RevokeTokens() {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	clear(s.desk.tokens)
	clear(s.desk.refreshes)
}

// Granted returns every token and authorization code that was ever granted, whether or not it is still good.
func (s *Server) Granted() []string {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	return slices.Clone(s.desk.granted)
}

// Good returns how many access and how many refresh tokens are good, if their time is not over.
func (s *Server) Good() (access, refresh int) {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	return len(s.desk.tokens), len(s.desk.refreshes)
}

// revokeCurrent answers DELETE oauth/tokens/current. That the refresh token goes with the access token it came with is an
// assumption: the documentation only says that the token is revoked.
// https://developer.zendesk.com/documentation/api-basics/authentication/revoking-oauth-token
func (c *call) revokeCurrent() (*page, error) {
	bearer, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	d := &c.s.desk
	d.mu.Lock()
	defer d.mu.Unlock()
	granted, ok := d.tokens[bearer]
	if !ok || !granted.expires.IsZero() && !c.now.Before(granted.expires) {
		return nil, errToken
	}
	delete(d.tokens, bearer)
	delete(d.refreshes, granted.refresh)
	c.answer.Status, c.answer.body = http.StatusNoContent, []byte{}
	return nil, nil
}

// currentToken answers oauth/tokens/current.
func currentToken(c *call) (*page, error) {
	bearer, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	granted, ok := c.s.desk.token(bearer)
	if !ok {
		return nil, errRecord
	}
	w := c.s.writer()
	w.open('{')
	w.under("token", '{')
	w.int("id", 36_000_999_000_059)
	w.int("user_id", userID(0))
	w.strs("scopes", strings.Fields(granted.scope)...)
	if granted.expires.IsZero() {
		w.null("expires_at")
	} else {
		w.time("expires_at", granted.expires.Unix())
	}
	w.close('}')
	w.close('}')
	return c.s.object(string(w.b)), nil
}

// me answers users/me: without valid credentials with 200 and an anonymous user.
func me(c *call) (*page, error) {
	if c.role == "" {
		return c.s.object(`{"user":{"id":null,"url":null,"name":"Anonymous user","email":"invalid@example.com","role":"end-user","active":false}}`), nil
	}
	w := c.s.writer()
	w.open('{')
	w.key("user")
	row := int64(0)
	if c.role != "admin" {
		row = 1
	}
	c.s.user(&w, row)
	w.close('}')
	return c.s.object(string(w.b)), nil
}
