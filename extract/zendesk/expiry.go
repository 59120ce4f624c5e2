package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"desklake/extract"
	"desklake/extract/oauth"
	"desklake/extract/rest"
)

var _ extract.Expirer = (*Source)(nil)

// endOfAPITokens is when Zendesk ends them, as it announced in 2026.
var endOfAPITokens = time.Date(2027, 4, 30, 0, 0, 0, 0, time.UTC)

// Expiry implements extract.Expirer.
func (s *Source) Expiry() (time.Time, error) { return s.client.Credential().Ends() }

// Renews implements extract.Expirer.
func (s *Source) Renews() bool {
	_, login := s.auth.(oauth.User)
	return login
}

// checkExpiry asks until when the credential is good.
func (s *Source) checkExpiry(ctx context.Context, o extract.Observer) extract.Finding {
	f := extract.Finding{Subject: "expiry"}
	now := s.client.Now()
	if _, old := s.auth.(APIToken); old {
		f.Found = fmt.Sprintf("Zendesk ends all API tokens on 30 April 2027, in %d days", rest.Days(now, endOfAPITokens))
		f.Advice = "make a confidential OAuth client (Admin Center, Apps and integrations, APIs, OAuth clients) as a user with the " +
			"role admin, and write it under source.auth.oauth_client in place of the API token"
		return f
	}
	var current struct {
		Token struct {
			ExpiresAt *time.Time `json:"expires_at"`
			Scopes    []string
		}
	}
	_, err := s.client.Do(ctx, &rest.Request{Endpoint: currentToken, Tries: rest.Enough, Observer: o, Into: rest.JSON{Value: &current}})
	var api *rest.APIError
	switch {
	case errors.As(err, &api) && (api.Status == http.StatusNotFound || api.Status == http.StatusForbidden):
		f.Found = "Zendesk does not say"
		return f
	case err != nil:
		return failed("expiry", s.client.Settled(ctx, err))
	}
	f.Found = "never"
	if at := current.Token.ExpiresAt; at != nil {
		f.Found = at.UTC().Format("2006-01-02 15:04")
	}
	if len(current.Token.Scopes) > 0 {
		f.Found += ", scopes " + strings.Join(current.Token.Scopes, " ")
	}
	switch s.auth.(type) {
	case oauth.Client:
		f.Found += "; renewed by itself"
	case oauth.User:
		s.checkLogin(&f, now)
	default:
		f.Advice = "desklake can't renew an access token: an OAuth client, under source.auth.oauth_client, renews its tokens by itself"
	}
	return f
}

// checkLogin adds when the login ends, which each run puts off.
func (s *Source) checkLogin(f *extract.Finding, now time.Time) {
	stored, err := s.auth.(oauth.User).Store.Read()
	ends := stored.Ends()
	switch {
	case err != nil:
		f.Err, f.Found = oauth.NotLoggedIn(err), err.Error()
	case stored.Refresh == "" && !ends.IsZero():
		f.Advice = "Zendesk gave no refresh token: run desklake login again before then, or use an OAuth client, under source.auth.oauth_client"
	case !ends.IsZero():
		f.Found += fmt.Sprintf("; the login ends %s, in %d days, unless it is used before", ends.Format("2006-01-02 15:04"), rest.Days(now, ends))
		if ends.Sub(now) <= rest.Soon {
			f.Advice = "run desklake login: the login ends soon"
		}
	}
}
