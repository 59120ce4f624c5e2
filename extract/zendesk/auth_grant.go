package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"desklake/extract"
)

// The lifetimes that are asked for, in seconds. An access token is renewed without anybody noticing, so that it can be
// short; a refresh token must outlive the longest time between two runs, and gets what Zendesk allows at most.
const (
	accessLife  = 3_600
	refreshLife = 7_776_000
)

// lifetime is how many seconds a token can live: less and more than the documentation allows are mistakes.
type lifetime struct{ least, most float64 }

var (
	accessLives  = lifetime{300, 172_800}
	refreshLives = lifetime{604_800, refreshLife}
)

// scope is all that desklake asks for. Narrower ones do not open every table, wider ones open what it does not need.
const scope = "read"

const scopeAdvice = `the OAuth client may not give out the scope "read", which is all that desklake asks for: add it to the client's allowed ` +
	"scopes (Admin Center, Apps and integrations, APIs, OAuth clients), or allow all"

// grant is what POST /oauth/tokens answers.
type grant struct {
	Access           string   `json:"access_token"`
	Refresh          string   `json:"refresh_token"`
	Scope            string   `json:"scope"`
	ExpiresIn        *float64 `json:"expires_in"`               // seconds; older clients answer null: it never expires
	RefreshExpiresIn *float64 `json:"refresh_token_expires_in"` // seconds

	received time.Time // by the source's clock
}

// ends is when something ends that was told to live for so many seconds; zero if nothing was told.
func (g grant) ends(seconds *float64, lives lifetime) time.Time {
	if seconds == nil || *seconds <= 0 {
		return time.Time{}
	}
	within := max(lives.least, min(*seconds, lives.most))
	return g.received.Add(time.Duration(within * float64(time.Second))).Truncate(time.Second)
}

// renewAfter is for how long an access token is used that will end at a time, if it is had at another: until longer before its
// end than the longest attempt of a request takes.
func renewAfter(obtained, ends time.Time) time.Duration {
	life := ends.Sub(obtained)
	return life - min(attemptLimit+time.Minute, life/2)
}

// grant asks for tokens.
//
// https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/
func (c *client) grant(ctx context.Context, o extract.Observer, form map[string]any) (grant, error) {
	form["expires_in"] = accessLife
	body, err := json.Marshal(form)
	if err != nil {
		return grant{}, err
	}
	var got grant
	a, err := c.do(ctx, &request{
		endpoint: "/oauth/tokens",
		observer: o,
		form:     body,
		accept: func(body []byte) error {
			var strange *json.UnmarshalTypeError // a time that is no number is no reason to lose the tokens
			if err := json.Unmarshal(body, &got); err != nil && !errors.As(err, &strange) {
				return errors.New("the answer is not JSON")
			}
			if got.Access == "" {
				return errors.New("the answer has no access_token")
			}
			return nil
		},
	})
	if refused := refusedGrant(err); refused != nil && refused.Code == "invalid_scope" {
		return grant{}, &extract.Failure{Kind: extract.ErrPermission, Advice: scopeAdvice, Err: err}
	}
	if err == nil && got.Scope != "" && !slices.Contains(strings.Fields(got.Scope), scope) {
		err = &extract.Failure{Kind: extract.ErrPermission, Advice: scopeAdvice,
			Err: errors.New("POST /oauth/tokens: the access token came without the scope \"read\", and opens nothing")}
	}
	got.received = a.received
	return got, err
}

// refusedGrant returns Zendesk's refusal, nil where the error is another one, such as that there is no such account.
func refusedGrant(err error) *APIError {
	var refused *APIError
	var settled *extract.Failure
	if !errors.As(err, &refused) || errors.As(err, &settled) || refused.Status < http.StatusBadRequest || refused.Status >= http.StatusInternalServerError {
		return nil
	}
	return refused
}
