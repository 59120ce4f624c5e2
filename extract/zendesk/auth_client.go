package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
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

// early is how long before its end a token is replaced: longer than the longest attempt of a request.
const early = attemptLimit + time.Minute

// clientToken is the access token of an OAuth client, fetched when it is first needed, by one request for all
// that wait for it.
type clientToken struct {
	client ClientCredentials
	turn   chan struct{} // filled by whoever uses what follows

	value  string    // the Authorization header, empty if there is none
	until  time.Time // when to replace it; zero for never
	err    error     // why the last fetch failed
	failed time.Time // when it did
}

func (t *clientToken) advice() string {
	return "check the identifier and the secret of the OAuth client, that it is confidential, and that it may have the scope " +
		"\"read\" (Admin Center, Apps and integrations, APIs, OAuth clients)"
}

func (t *clientToken) renew(refused string) bool {
	t.turn <- struct{}{}
	defer func() { <-t.turn }()
	if t.value == refused {
		t.value = ""
	}
	return true
}

func (t *clientToken) header(ctx context.Context, c *client) (string, error) {
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
	token, err := t.fetch(ctx, c)
	if err != nil {
		err = fmt.Errorf("fetch an access token: %w", err)
		if ctx.Err() == nil {
			t.err, t.failed = err, time.Now()
		}
		return "", err
	}
	t.value, t.until = "Bearer "+token.AccessToken, time.Time{}
	if token.ExpiresIn > 0 { // older clients answer null: it never expires
		lasts := time.Duration(token.ExpiresIn * float64(time.Second))
		t.until = time.Now().Add(max(lasts-early, lasts/2))
	}
	return t.value, nil
}

type token struct {
	AccessToken string  `json:"access_token"`
	ExpiresIn   float64 `json:"expires_in"` // seconds
}

func (t *clientToken) fetch(ctx context.Context, c *client) (token, error) {
	form, err := json.Marshal(map[string]string{
		"grant_type":    "client_credentials",
		"client_id":     t.client.ID,
		"client_secret": t.client.Secret,
		"scope":         "read",
	})
	if err != nil {
		return token{}, err
	}
	var got token
	_, err = c.do(ctx, &request{
		endpoint: "/oauth/tokens",
		form:     form,
		accept: func(body []byte) error {
			if err := json.Unmarshal(body, &got); err != nil {
				return errors.New("the answer is not JSON")
			}
			if got.AccessToken == "" {
				return errors.New("the answer has no access_token")
			}
			return nil
		},
	})
	var refused *APIError
	var settled *extract.Failure // such as that there is no such account
	if errors.As(err, &refused) && !errors.As(err, &settled) && refused.Status >= http.StatusBadRequest && refused.Status < http.StatusInternalServerError {
		return token{}, &extract.Failure{Kind: extract.ErrCredentials, Advice: t.advice(), Err: err}
	}
	return got, err
}
