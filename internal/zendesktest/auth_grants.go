package zendesktest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// refresh is what a refresh token is good for.
type refresh struct {
	access  string // the access token that came with it
	scope   string
	expires time.Time
}

// code is what an authorization code is good for, once and for two minutes.
type code struct {
	redirect, challenge, scope string
	expires                    time.Time
}

// grantRequest is the body of POST /oauth/tokens, for all its grants.
type grantRequest struct {
	GrantType        string `json:"grant_type"`
	ClientID         string `json:"client_id"`
	ClientSecret     string `json:"client_secret"`
	Scope            string `json:"scope"`
	Code             string `json:"code"`
	CodeVerifier     string `json:"code_verifier"`
	RedirectURI      string `json:"redirect_uri"`
	RefreshToken     string `json:"refresh_token"`
	ExpiresIn        *int64 `json:"expires_in"`
	RefreshExpiresIn *int64 `json:"refresh_token_expires_in"`
}

func oauthError(status int, code, description string) *refusal {
	return &refusal{status, fmt.Sprintf(`{"error":%q,"error_description":%q}`, code, description)}
}

// Zendesk's own words.
var (
	errGrantType = oauthError(400, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")
	errClient    = oauthError(401, "invalid_client", "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.")
	errGrant     = oauthError(400, "invalid_grant", "The provided access grant is invalid, expired, or revoked (e.g. invalid assertion, expired authorization token, bad end-user password credentials, or mismatching authorization code and redirection URI).")
	errScope     = oauthError(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
)

// grant answers POST /oauth/tokens.
// https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
func (c *call) grant() (*page, error) {
	var ask grantRequest
	if err := json.NewDecoder(c.r.Body).Decode(&ask); err != nil {
		return nil, oauthError(400, "invalid_request", "The request is not JSON.")
	}
	auth := c.s.opts.Auth
	d := &c.s.desk
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case !slices.Contains([]string{"client_credentials", "authorization_code", "refresh_token"}, ask.GrantType):
		return nil, errGrantType
	case auth.ClientID != "" && (ask.ClientID != auth.ClientID || ask.ClientSecret != auth.ClientSecret) || auth.ClientID == "" && auth != (Auth{}):
		return nil, errClient
	case ask.GrantType == "client_credentials" && auth.ClientID != "" && auth.ClientSecret == "":
		return nil, errClient // it is for confidential clients only
	case !within(ask.ExpiresIn, 300, 172_800):
		return nil, oauthError(400, "invalid_request", "expires_in must be between 300 and 172800.")
	case !within(ask.RefreshExpiresIn, 604_800, 7_776_000):
		return nil, oauthError(400, "invalid_request", "refresh_token_expires_in must be between 604800 and 7776000.")
	}
	switch ask.GrantType {
	case "authorization_code":
		given, ok := d.codes[ask.Code]
		delete(d.codes, ask.Code) // it is good once, also where the rest is wrong
		if !ok || !c.now.Before(given.expires) || given.redirect != ask.RedirectURI || !given.proven(ask.CodeVerifier) {
			return nil, errGrant
		}
		ask.Scope = given.scope
	case "refresh_token":
		given, ok := d.refreshes[ask.RefreshToken]
		if !ok || !c.now.Before(given.expires) {
			return nil, errGrant
		}
		delete(d.refreshes, ask.RefreshToken)
		delete(d.tokens, given.access)
		ask.Scope = given.scope
	default:
		if !auth.allows(ask.Scope) {
			return nil, errScope
		}
	}
	return c.issue(ask), nil
}

func within(n *int64, low, high int64) bool { return n == nil || *n >= low && *n <= high }

// proven checks the secret that stands behind a code's challenge.
// https://developer.zendesk.com/documentation/ticketing/working-with-oauth/oauth-pkce/
func (k code) proven(verifier string) bool {
	hash := sha256.Sum256([]byte(verifier))
	return k.challenge == "" || base64.RawURLEncoding.EncodeToString(hash[:]) == k.challenge
}

func (a Auth) allows(scope string) bool {
	for _, s := range strings.Fields(scope) {
		if a.Scopes != "" && !slices.Contains(strings.Fields(a.Scopes), s) {
			return false
		}
	}
	return true
}

// issue makes the tokens that were asked for. The caller holds the desk's lock.
func (c *call) issue(ask grantRequest) *page {
	auth := c.s.opts.Auth
	d := &c.s.desk
	answer := map[string]any{"token_type": "bearer", "scope": ask.Scope, "expires_in": nil}
	granted, name := token{scope: ask.Scope}, d.newName(c, "granted")
	answer["access_token"] = name
	if life := lifetime(auth.ExpiresIn, ask.ExpiresIn, 30*time.Minute); life > 0 {
		granted.expires = c.now.Add(life)
		answer["expires_in"] = int64(life / time.Second)
		if ask.GrantType != "client_credentials" {
			life := lifetime(auth.RefreshExpiresIn, ask.RefreshExpiresIn, 30*24*time.Hour)
			granted.refresh = d.newName(c, "refresh")
			d.refreshes[granted.refresh] = refresh{access: name, scope: ask.Scope, expires: c.now.Add(life)}
			answer["refresh_token"] = granted.refresh
			answer["refresh_token_expires_in"] = int64(life / time.Second)
		}
	}
	d.tokens[name] = granted
	body, _ := json.Marshal(answer) // strings and numbers
	return c.s.object(string(body))
}

// lifetime is what the account sets, or else what the client asks for.
func lifetime(set time.Duration, asked *int64, byDefault time.Duration) time.Duration {
	switch {
	case set != 0:
		return set
	case asked != nil:
		return time.Duration(*asked) * time.Second
	}
	return byDefault
}

// newName makes a token.
func (d *desk) newName(c *call, kind string) string {
	name := fmt.Sprintf("%s-%016x", kind, mix(c.s.opts.Seed, uint64(len(d.granted)+1), 29))
	d.granted = append(d.granted, name)
	return name
}
