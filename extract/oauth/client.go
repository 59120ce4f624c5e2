package oauth

import (
	"context"
	"fmt"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
)

// Client is a confidential OAuth client: desklake asks for access tokens itself, renews them before they expire and after a 401.
// It implements rest.Login.
type Client struct {
	Server     *Server
	ID, Secret string
}

// String names the login for people, without its secret.
func (c Client) String() string { return "OAuth client " + c.ID }

// Open implements rest.Login.
func (c Client) Open(of *rest.Client) rest.Credential {
	return &clientToken{Client: c, of: of, flight: newFlight()}
}

// clientToken is the access token of an OAuth client, fetched when it is first needed, by one request for all
// that wait for it.
type clientToken struct {
	Client
	of     *rest.Client
	flight flight

	value string    // the Authorization header, empty if there is none
	until time.Time // when to replace it, by this machine's monotonic clock; zero for never
}

// Advice implements rest.Credential.
func (t *clientToken) Advice() string { return t.Server.Advice.Credentials }

// Ends implements rest.Credential: the token is renewed without end.
func (t *clientToken) Ends() (time.Time, error) { return time.Time{}, nil }

// Renew implements rest.Credential.
func (t *clientToken) Renew(refused string) bool {
	t.flight.alone(func() {
		if t.value == refused {
			t.value = ""
		}
	})
	return true
}

// Header implements rest.Credential.
func (t *clientToken) Header(ctx context.Context, o extract.Observer) (string, error) {
	return t.flight.header(ctx, t.usable, func() (string, error) { return t.fetch(ctx, o) })
}

// usable is the header that can be sent; empty where there is none.
func (t *clientToken) usable() string {
	if t.until.IsZero() || time.Now().Before(t.until) {
		return t.value
	}
	return ""
}

// fetch asks for a token.
func (t *clientToken) fetch(ctx context.Context, o extract.Observer) (string, error) {
	got, err := t.Server.grant(ctx, t.of, o, map[string]any{
		"grant_type": "client_credentials", "client_id": t.ID, "client_secret": t.Secret, "scope": t.Server.Scope,
	})
	if refusedGrant(err) != nil {
		err = &extract.Failure{Kind: extract.ErrCredentials, Advice: t.Advice(), Err: err}
	}
	if err != nil {
		return "", fmt.Errorf("fetch an access token: %w", err)
	}
	t.value, t.until = t.Server.header(got.Access), time.Time{}
	if ends := got.ends(got.ExpiresIn, t.Server.Access); !ends.IsZero() {
		t.until = time.Now().Add(renewAfter(got.received, ends))
	}
	return t.value, nil
}
