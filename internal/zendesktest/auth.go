package zendesktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Auth are the credentials that are accepted; the zero Auth accepts any, and none.
type Auth struct {
	Email, Token           string // an API token: Basic authentication as {Email}/token
	AccessToken            string // a bearer token that does not expire
	ClientID, ClientSecret string // an OAuth client, for client credentials at POST /oauth/tokens

	// ExpiresIn is how long a granted token lives: 30 minutes, or what the client asks for. Negative for
	// one that never expires, as those of older clients: expires_in is null.
	ExpiresIn time.Duration
}

type token struct {
	expires time.Time // zero for never
	scope   string
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

// grant answers POST /oauth/tokens for the client_credentials grant.
// https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
func (c *call) grant() (*page, error) {
	var ask struct {
		GrantType    string `json:"grant_type"`
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		Scope        string `json:"scope"`
		ExpiresIn    *int64 `json:"expires_in"`
	}
	if err := json.NewDecoder(c.r.Body).Decode(&ask); err != nil {
		return nil, &refusal{400, `{"error":"invalid_request","error_description":"The request is not JSON."}`}
	}
	auth := c.s.opts.Auth
	switch {
	case ask.GrantType != "client_credentials":
		return nil, &refusal{400, `{"error":"unsupported_grant_type","error_description":"The authorization grant type is not supported by the authorization server."}`}
	case auth.ClientID != "" && (ask.ClientID != auth.ClientID || ask.ClientSecret != auth.ClientSecret) || auth.ClientID == "" && auth != (Auth{}):
		return nil, &refusal{401, `{"error":"invalid_client","error_description":"Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."}`}
	case ask.ExpiresIn != nil && (*ask.ExpiresIn < 300 || *ask.ExpiresIn > 172_800):
		return nil, &refusal{400, `{"error":"invalid_request","error_description":"expires_in must be between 300 and 172800."}`}
	}
	life := 30 * time.Minute
	if ask.ExpiresIn != nil {
		life = time.Duration(*ask.ExpiresIn) * time.Second
	}
	if auth.ExpiresIn != 0 {
		life = auth.ExpiresIn
	}
	granted, expiresIn := token{scope: ask.Scope}, "null"
	if life > 0 {
		granted.expires = c.now.Add(life)
		expiresIn = fmt.Sprint(int64(life / time.Second))
	}
	d := &c.s.desk
	d.mu.Lock()
	defer d.mu.Unlock()
	d.granted++
	name := fmt.Sprintf("granted-%016x", mix(c.s.opts.Seed, uint64(d.granted), 29))
	d.tokens[name] = granted
	return c.s.object(fmt.Sprintf(`{"access_token":%q,"token_type":"bearer","scope":%q,"expires_in":%s}`, name, ask.Scope, expiresIn)), nil
}

// ExpireTokens ends all granted tokens at once, in the middle of whatever goes on.
func (s *Server) ExpireTokens() {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	clear(s.desk.tokens)
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
