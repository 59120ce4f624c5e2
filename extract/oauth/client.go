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
	return &clientToken{Client: c, of: of, turn: make(chan struct{}, 1)}
}

// clientToken is the access token of an OAuth client, fetched when it is first needed, by one request for all
// that wait for it.
type clientToken struct {
	Client
	of   *rest.Client
	turn chan struct{} // filled by whoever uses what follows

	value  string    // the Authorization header, empty if there is none
	until  time.Time // when to replace it, by this machine's monotonic clock; zero for never
	err    error     // why the last fetch failed
	failed time.Time // when it did
}

// Advice implements rest.Credential.
func (t *clientToken) Advice() string { return t.Server.Advice.Credentials }

// Ends implements rest.Credential: the token is renewed without end.
func (t *clientToken) Ends() (time.Time, error) { return time.Time{}, nil }

// Renew implements rest.Credential.
func (t *clientToken) Renew(refused string) bool {
	t.turn <- struct{}{}
	defer func() { <-t.turn }()
	if t.value == refused {
		t.value = ""
	}
	return true
}

// Header implements rest.Credential.
func (t *clientToken) Header(ctx context.Context, o extract.Observer) (string, error) {
	asked := time.Now()
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	if t.value != "" && (t.until.IsZero() || time.Now().Before(t.until)) {
		return t.value, nil
	}
	if t.failed.After(asked) { // while this one waited: asking again would take as long once more
		return "", t.err
	}
	got, err := t.Server.grant(ctx, t.of, o, map[string]any{
		"grant_type": "client_credentials", "client_id": t.ID, "client_secret": t.Secret, "scope": t.Server.Scope,
	})
	if refusedGrant(err) != nil {
		err = &extract.Failure{Kind: extract.ErrCredentials, Advice: t.Advice(), Err: err}
	}
	if err != nil {
		err = fmt.Errorf("fetch an access token: %w", err)
		if ctx.Err() == nil {
			t.err, t.failed = err, time.Now()
		}
		return "", err
	}
	t.value, t.until = t.Server.header(got.Access), time.Time{}
	if ends := got.ends(got.ExpiresIn, t.Server.Access); !ends.IsZero() {
		t.until = time.Now().Add(renewAfter(got.received, ends))
	}
	return t.value, nil
}
