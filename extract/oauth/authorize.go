package oauth

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"

	"golang.org/x/oauth2"

	"desklake/extract"
	"desklake/extract/oauth/tokenstore"
	"desklake/extract/rest"
)

// authorization is the authorization code grant with PKCE: RFC 7636.
type authorization struct {
	of   *rest.Client
	user User

	state    string // that the answer must bring back
	verifier string // the secret behind the challenge
}

// Authorize begins a login to what the client asks. It makes no request.
func (u User) Authorize(of *rest.Client) extract.Authorization {
	return &authorization{of: of, user: u, state: rand.Text(), verifier: oauth2.GenerateVerifier()}
}

// URL implements extract.Authorization.
func (a *authorization) URL() string {
	server := a.user.Server
	o := oauth2.Config{
		ClientID: a.user.ID, RedirectURL: a.user.Redirect, Scopes: []string{server.Scope},
		Endpoint: oauth2.Endpoint{AuthURL: cmp.Or(server.Client, a.of).Base().String() + server.Page},
	}
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(a.verifier)}
	for name, value := range server.Parameters {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	return o.AuthCodeURL(a.state, options...)
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
	got, err := a.user.Server.grant(ctx, a.of, extract.Observer{}, a.user.client(map[string]any{
		"grant_type": "authorization_code", "code": answer.Get("code"), "code_verifier": a.verifier, "redirect_uri": a.user.Redirect, "scope": a.user.Server.Scope,
	}))
	if err != nil {
		return fmt.Errorf("log in: %w", a.user.explain(err))
	}
	return session.Put(got.tokens(a.of, a.user))
}

// refusal is the error of a login that came back with an error.
func (a *authorization) refusal(answer url.Values) error {
	code := answer.Get("error")
	switch code {
	case "access_denied":
		return &extract.Failure{Kind: extract.ErrLogin, Err: errors.New("the access was denied in the browser"),
			Advice: "run desklake login again, and click Allow"}
	case "invalid_scope":
		return &extract.Failure{Kind: extract.ErrPermission, Err: errors.New("the OAuth client was refused: invalid_scope"), Advice: a.user.Server.Advice.Scope}
	}
	return &extract.Failure{Kind: extract.ErrLogin, Err: fmt.Errorf("the OAuth client was refused by %s: %q, %q", a.user.Server.Name, rest.Cut(code), rest.Cut(answer.Get("error_description"))),
		Advice: a.user.Server.Advice.Refused}
}

// Logout revokes the login to what the client asks and forgets it, as extract.Authorizer has it.
func (u User) Logout(ctx context.Context, of *rest.Client, o extract.Observer) error {
	before, err := u.stored(of)
	if err != nil {
		return err // also where it is not ours to forget
	}
	r := u.Server.Revoke(before)
	r.Tries, r.Observer, r.Into = rest.Enough, o, rest.Anything{}
	by := of
	if r.Form != nil {
		by = cmp.Or(u.Server.Client, of)
	}
	_, failed := by.Do(ctx, r)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err = forget(ctx, u.Store); err != nil || failed == nil || errors.Is(failed, extract.ErrLogin) {
		return errors.Join(err, failed)
	}
	until := "for months"
	if ends := before.Ends(); !ends.IsZero() {
		until = "until " + ends.Format("2006-01-02 15:04")
	}
	return &extract.Failure{Kind: extract.ErrUnreachable, Err: fmt.Errorf("the login is forgotten here, but not revoked: %w", failed),
		Advice: "at " + u.Server.Name + " it stays good " + until + ", for whoever has a copy of it: an admin can end it there, with the tokens of the OAuth client " + u.ID}
}

func forget(ctx context.Context, store *tokenstore.Store) error {
	session, err := store.Open(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	return session.Remove()
}
