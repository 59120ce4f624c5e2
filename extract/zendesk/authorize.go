package zendesk

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"desklake/extract"
	"desklake/internal/tokenstore"
)

var _ extract.Authorizer = (*Source)(nil)

// authorization is the authorization code grant with PKCE.
//
// https://developer.zendesk.com/documentation/ticketing/working-with-oauth/oauth-pkce/
type authorization struct {
	client *client
	user   OAuthUser

	state    string // that the answer must bring back
	verifier string // the secret behind the challenge
}

// Authorize implements extract.Authorizer.
func (s *Source) Authorize() (extract.Authorization, error) {
	user, ok := s.auth.(OAuthUser)
	if !ok {
		return nil, errNoUser
	}
	return &authorization{client: s.client, user: user, state: rand.Text(), verifier: oauth2.GenerateVerifier()}, nil
}

var errNoUser = errors.New("source.auth has no oauth_user: the configured way to log in needs no browser")

// URL implements extract.Authorization.
func (a *authorization) URL() string {
	o := oauth2.Config{
		ClientID: a.user.ID, RedirectURL: a.user.Redirect, Scopes: []string{scope},
		Endpoint: oauth2.Endpoint{AuthURL: a.client.base.String() + "/oauth/authorizations/new"},
	}
	return o.AuthCodeURL(a.state, oauth2.S256ChallengeOption(a.verifier))
}

// Redirect implements extract.Authorization.
func (a *authorization) Redirect() string { return a.user.Redirect }

// Place implements extract.Authorization.
func (a *authorization) Place() string { return a.user.Store.String() }

// Finish implements extract.Authorization.
func (a *authorization) Finish(ctx context.Context, answer url.Values) error {
	ours := subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(a.state)) == 1
	switch {
	case answer.Get("error") != "" && (ours || !answer.Has("state")): // no documentation says that a refusal brings the state back
		return a.refusal(answer)
	case !ours, answer.Get("code") == "":
		return extract.ErrOtherLogin
	}
	session, err := a.user.Store.Open(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	if err := session.Prepare(); err != nil {
		return err
	}
	got, err := a.client.grant(ctx, extract.Observer{}, a.user.client(map[string]any{
		"grant_type": "authorization_code", "code": answer.Get("code"), "code_verifier": a.verifier, "redirect_uri": a.user.Redirect, "scope": scope,
	}))
	if err != nil {
		return fmt.Errorf("log in: %w", a.user.explain(err))
	}
	return session.Put(got.tokens(a.client, a.user))
}

// refusal is the error of a login that came back with an error.
func (a *authorization) refusal(answer url.Values) error {
	code := answer.Get("error")
	switch code {
	case "access_denied":
		return &extract.Failure{Kind: extract.ErrLogin, Err: errors.New("the access was denied in the browser"),
			Advice: "run desklake login again, and click Allow"}
	case "invalid_scope":
		return &extract.Failure{Kind: extract.ErrPermission, Err: errors.New("the OAuth client was refused: invalid_scope"), Advice: scopeAdvice}
	}
	return &extract.Failure{Kind: extract.ErrLogin, Err: fmt.Errorf("the OAuth client was refused by Zendesk: %q, %q", cut(code), cut(answer.Get("error_description"))),
		Advice: "check the OAuth client in the Admin Center (Apps and integrations, APIs, OAuth clients); docs/connect-zendesk.md shows how it must be"}
}

// Logout implements extract.Authorizer.
//
// https://developer.zendesk.com/documentation/api-basics/authentication/revoking-oauth-token
func (s *Source) Logout(ctx context.Context, o extract.Observer) error {
	user, ok := s.auth.(OAuthUser)
	if !ok {
		return errNoUser
	}
	before, err := user.stored(s.client)
	if err != nil {
		return err // also where it is not ours to forget
	}
	_, failed := s.client.do(ctx, &request{method: http.MethodDelete, endpoint: "/api/v2/oauth/tokens/current.json", tries: enough, observer: o, accept: func([]byte) error { return nil }})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err = forget(ctx, user.Store); err != nil || failed == nil || errors.Is(failed, extract.ErrLogin) {
		return errors.Join(err, failed)
	}
	until := "for months"
	if ends := before.Ends(); !ends.IsZero() {
		until = "until " + ends.Format("2006-01-02 15:04")
	}
	return &extract.Failure{Kind: extract.ErrUnreachable, Err: fmt.Errorf("the login is forgotten here, but not revoked: %w", failed),
		Advice: "at Zendesk it stays good " + until + ", for whoever has a copy of it: an admin can end it there, with the tokens of the OAuth client " + user.ID}
}

func forget(ctx context.Context, store *tokenstore.Store) error {
	session, err := store.Open(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	return session.Remove()
}
