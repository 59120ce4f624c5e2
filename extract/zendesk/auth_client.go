package zendesk

import (
	"context"
	"fmt"
	"time"

	"desklake/extract"
)

// ClientCredentials is a confidential OAuth client: desklake asks for access tokens itself, renews them before
// they expire and after a 401. A token acts as the user who created the client.
//
// https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
type ClientCredentials struct{ ID, Secret string }

func (c ClientCredentials) String() string { return "OAuth client " + c.ID }

func (c ClientCredentials) open() credential {
	return &clientToken{client: c, turn: make(chan struct{}, 1)}
}

// clientToken is the access token of an OAuth client, fetched when it is first needed, by one request for all
// that wait for it.
type clientToken struct {
	client ClientCredentials
	turn   chan struct{} // filled by whoever uses what follows

	value  string    // the Authorization header, empty if there is none
	until  time.Time // when to replace it, by this machine's monotonic clock; zero for never
	err    error     // why the last fetch failed
	failed time.Time // when it did
}

func (t *clientToken) advice() string {
	return "check the identifier and the secret of the OAuth client, that it is confidential, and that it may have the scope " +
		"\"read\" (Admin Center, Apps and integrations, APIs, OAuth clients)"
}

func (t *clientToken) ends() (time.Time, error) { return time.Time{}, nil } // it is renewed without end

func (t *clientToken) renew(refused string) bool {
	t.turn <- struct{}{}
	defer func() { <-t.turn }()
	if t.value == refused {
		t.value = ""
	}
	return true
}

func (t *clientToken) header(ctx context.Context, c *client, o extract.Observer) (string, error) {
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
	got, err := c.grant(ctx, o, map[string]any{
		"grant_type": "client_credentials", "client_id": t.client.ID, "client_secret": t.client.Secret, "scope": scope,
	})
	if refusedGrant(err) != nil {
		err = &extract.Failure{Kind: extract.ErrCredentials, Advice: t.advice(), Err: err}
	}
	if err != nil {
		err = fmt.Errorf("fetch an access token: %w", err)
		if ctx.Err() == nil {
			t.err, t.failed = err, time.Now()
		}
		return "", err
	}
	t.value, t.until = "Bearer "+got.Access, time.Time{}
	if ends := got.ends(got.ExpiresIn, accessLives); !ends.IsZero() {
		t.until = time.Now().Add(renewAfter(got.received, ends))
	}
	return t.value, nil
}
