package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"desklake/extract"
	"desklake/extract/oauth/tokenstore"
	"desklake/extract/rest"
)

// User is a user who has logged in in the browser, through an OAuth client: see User.Authorize. A refresh can make both old
// tokens invalid, so that the new ones are stored before they are used. It implements rest.Login.
type User struct {
	Server     *Server
	ID, Secret string            // the OAuth client; a public one has no secret
	Redirect   string            // one of its redirect URLs
	Store      *tokenstore.Store // where the login is kept
}

// String names the login for people, without its secret.
func (u User) String() string { return "login through the OAuth client " + u.ID }

// Open implements rest.Login.
func (u User) Open(of *rest.Client) rest.Credential {
	return &userToken{user: u, of: of, flight: newFlight()}
}

// client adds what the client proves itself with to the body of a request for tokens.
func (u User) client(form map[string]any) map[string]any {
	form["client_id"] = u.ID
	if u.Secret != "" {
		form["client_secret"] = u.Secret
	}
	if u.Server.Refresh.Ask > 0 {
		form["refresh_token_expires_in"] = u.Server.Refresh.Ask
	}
	return form
}

// explain says what to do about a refusal of the request for tokens.
func (u User) explain(err error) error {
	refused := refusedGrant(err)
	switch {
	case refused == nil:
		return err
	case refused.Code == cmp.Or(u.Server.Ended, "invalid_grant"):
		return &extract.Failure{Kind: extract.ErrLogin, Err: err,
			Advice: "run desklake login. A login ends when it is revoked, when it is not used for months, and when desklake is killed between " +
				u.Server.Name + "'s answer with new tokens and their storing"}
	}
	return &extract.Failure{Kind: extract.ErrCredentials, Err: err,
		Advice: u.Server.Advice.Client}
}

// userToken is a login in use by one Source.
type userToken struct {
	user   User
	of     *rest.Client
	flight flight

	have    held
	refused string // the Authorization header that was answered with 401 last
	spent   string // the refresh token that the server does not take any more
	lost    error  // what it said
}

// Advice implements rest.Credential.
func (t *userToken) Advice() string {
	return "run desklake login: " + t.user.Server.Name + " takes the login's tokens no more, although it has just renewed them"
}

// Ends implements rest.Credential. It looks into the store, where another process may have renewed the login.
func (t *userToken) Ends() (time.Time, error) {
	stored, err := t.user.Store.Read()
	return stored.Ends(), NotLoggedIn(err)
}

// Renew implements rest.Credential.
func (t *userToken) Renew(refused string) bool {
	t.flight.alone(func() {
		if t.have.Access == "" || refused == t.bearer(t.have.Tokens) { // else it was renewed while the refusal was on its way
			t.refused = refused
		}
	})
	return true
}

// held are tokens in use. What the clocks say of their end is asked once: the Date of a single answer that is wrong would spend
// the login's tokens else.
type held struct {
	tokenstore.Tokens
	until time.Time // when to replace them, by this machine's monotonic clock; zero for never
}

// hold takes tokens into use at a time by the clock of their own times.
func hold(x tokenstore.Tokens, now time.Time) held {
	h := held{Tokens: x}
	if !x.AccessEnds.IsZero() {
		h.until = time.Now().Add(renewAfter(x.Obtained, x.AccessEnds) - now.Sub(x.Obtained))
	}
	return h
}

// usable reports that an access token can be sent. What the clocks say is not trusted alone: a token that has ended all the
// same is refused, and then it is not usable.
func (t *userToken) usable(h held) bool {
	inTime := h.until.IsZero() || time.Now().Before(h.until)
	return h.Access != "" && t.bearer(h.Tokens) != t.refused && inTime
}

func (t *userToken) bearer(x tokenstore.Tokens) string { return t.user.Server.header(x.Access) }

// Header implements rest.Credential.
func (t *userToken) Header(ctx context.Context, o extract.Observer) (string, error) {
	usable := func() string {
		if t.usable(t.have) {
			return t.bearer(t.have.Tokens)
		}
		return ""
	}
	return t.flight.header(ctx, usable, func() (string, error) {
		have, err := t.obtain(ctx, o)
		if err != nil {
			return "", err
		}
		t.have = have
		return t.bearer(have.Tokens), nil
	})
}

// obtain returns tokens that can be used: those that are stored, which another process may have renewed meanwhile, or else
// new ones. No other process of this machine does it at the same time.
func (t *userToken) obtain(ctx context.Context, o extract.Observer) (held, error) {
	session, err := t.user.Store.Open(ctx)
	if err != nil {
		return held{}, err
	}
	defer session.Close()
	stored, err := t.user.stored(t.of)
	if err != nil {
		return held{}, err
	}
	switch have := hold(stored, t.of.Now()); {
	case t.usable(have):
		return have, nil
	case stored.Refresh == "":
		return held{}, &extract.Failure{Kind: extract.ErrLogin, Advice: "run desklake login",
			Err: fmt.Errorf("the access token is no longer good, and %s gave no refresh token with it", t.user.Server.Name)}
	case stored.Refresh == t.spent:
		return held{}, t.lost
	}
	renewed, err := t.refresh(ctx, o, session, stored)
	return hold(renewed, renewed.Obtained), err
}

// refresh spends a refresh token for new tokens. They are durable when it returns.
func (t *userToken) refresh(ctx context.Context, o extract.Observer, session *tokenstore.Session, old tokenstore.Tokens) (tokenstore.Tokens, error) {
	if err := session.Prepare(); err != nil {
		return old, err
	}
	got, err := t.user.Server.grant(ctx, t.of, o, t.user.client(map[string]any{"grant_type": "refresh_token", "refresh_token": old.Refresh}))
	if err != nil {
		err = fmt.Errorf("renew the login: %w", t.user.explain(err))
		if errors.Is(err, extract.ErrLogin) {
			t.spent, t.lost = old.Refresh, err
		}
		return old, err
	}
	renewed := got.tokens(t.of, t.user)
	if renewed.Refresh == "" { // RFC 6749, section 6: then the old one stays good
		renewed.Refresh, renewed.RefreshEnds = old.Refresh, old.RefreshEnds
	}
	t.of.Log().Info("login renewed", "access_token_ends", renewed.AccessEnds, "login_ends", renewed.Ends())
	return renewed, session.Put(renewed)
}

// tokens are what was granted, as it is stored.
func (g grant) tokens(of *rest.Client, u User) tokenstore.Tokens {
	return tokenstore.Tokens{
		Host: of.Base().String(), ClientID: u.ID, Access: g.Access, Obtained: g.received.Truncate(time.Second), AccessEnds: g.ends(g.ExpiresIn, u.Server.Access),
		Refresh: g.Refresh, RefreshEnds: g.ends(g.RefreshExpiresIn, u.Server.Refresh),
	}
}

// stored returns the login, if it is one at this account through this client.
func (u User) stored(of *rest.Client) (tokenstore.Tokens, error) {
	stored, err := u.Store.Read()
	if err == nil && (stored.Host != of.Base().String() || stored.ClientID != u.ID) {
		err = &extract.Failure{Kind: extract.ErrLogin,
			Err:    fmt.Errorf("the login in %s is one at %s through the OAuth client %s", u.Store, stored.Host, stored.ClientID),
			Advice: "run desklake login, or name another file under source.auth.oauth_user.token_file"}
	}
	return stored, NotLoggedIn(err)
}

// NotLoggedIn makes the error of an empty store one that says what to do.
func NotLoggedIn(err error) error {
	if errors.Is(err, tokenstore.ErrNone) {
		return &extract.Failure{Kind: extract.ErrLogin, Advice: "run desklake login", Err: err}
	}
	return err
}
