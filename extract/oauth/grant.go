package oauth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"desklake/extract"
	"desklake/extract/rest"
)

// grant is what the endpoint of tokens answers.
type grant struct {
	Access           string   `json:"access_token"`
	Refresh          string   `json:"refresh_token"`
	Scope            string   `json:"scope"`
	ExpiresIn        *float64 `json:"expires_in"`               // seconds; null where it never expires
	RefreshExpiresIn *float64 `json:"refresh_token_expires_in"` // seconds
	Error            string   `json:"error"`                    // of those who refuse with the status of a success

	received time.Time // by the source's clock
}

// ends is when something ends that was told to live for so many seconds; zero if nothing was told.
func (g grant) ends(seconds *float64, l Life) time.Time {
	if seconds == nil || *seconds <= 0 {
		return time.Time{}
	}
	within := max(l.Least, min(*seconds, l.Most))
	return g.received.Add(time.Duration(within * float64(time.Second))).Truncate(time.Second)
}

// renewAfter is for how long an access token is used that will end at a time, if it is had at another: until longer before its
// end than the longest attempt of a request takes.
func renewAfter(obtained, ends time.Time) time.Duration {
	life := ends.Sub(obtained)
	return life - min(rest.AttemptLimit+time.Minute, life/2)
}

// header is the Authorization header with an access token.
func (s *Server) header(access string) string { return cmp.Or(s.Scheme, "Bearer") + " " + access }

// granted reads an answer of the endpoint of tokens.
type granted struct {
	grant
	server *Server
}

// Decode implements rest.Decoder.
func (g *granted) Decode(body []byte) error {
	g.grant = grant{}
	var strange *json.UnmarshalTypeError // a time that is no number is no reason to lose the tokens
	if err := json.Unmarshal(body, &g.grant); err != nil && !errors.As(err, &strange) {
		return errors.New("the answer is not JSON")
	}
	if g.Access == "" && g.Error != "" && g.server.Lenient {
		return &rest.APIError{Method: http.MethodPost, Path: g.server.Tokens, Status: http.StatusBadRequest, Code: rest.Cut(g.Error)}
	}
	if g.Access == "" {
		return errors.New("the answer has no access_token")
	}
	return nil
}

// grant asks for tokens for the client of.
func (s *Server) grant(ctx context.Context, of *rest.Client, o extract.Observer, form map[string]any) (grant, error) {
	if s.Access.Ask > 0 {
		form["expires_in"] = s.Access.Ask
	}
	r, err := s.request(form)
	if err != nil {
		return grant{}, err
	}
	answer := granted{server: s}
	r.Observer, r.Into = o, &answer
	a, err := cmp.Or(s.Client, of).Do(ctx, r)
	got := answer.grant
	if refused := refusedGrant(err); refused != nil && refused.Code == "invalid_scope" {
		return grant{}, &extract.Failure{Kind: extract.ErrPermission, Advice: s.Advice.Scope, Err: err}
	}
	if err == nil && got.Scope != "" && !opens(got.Scope, s.Scope) {
		err = &extract.Failure{Kind: extract.ErrPermission, Advice: s.Advice.Scope,
			Err: fmt.Errorf("POST %s: the access token came without the scope %q, and opens nothing", s.Tokens, s.Scope)}
	}
	got.received = a.Received
	return got, err
}

// request is the request for tokens with what is in the form, of which some is secret.
func (s *Server) request(form map[string]any) (*rest.Request, error) {
	r := &rest.Request{Endpoint: s.Tokens}
	for _, key := range []string{"client_secret", "refresh_token", "code", "code_verifier"} {
		if secret, ok := form[key].(string); ok {
			r.Secrets = append(r.Secrets, secret)
		}
	}
	if s.Form {
		values := url.Values{}
		for key, value := range form {
			values.Set(key, fmt.Sprint(value))
		}
		r.Form, r.FormType = []byte(values.Encode()), "application/x-www-form-urlencoded"
		return r, nil
	}
	var err error
	r.Form, err = json.Marshal(form)
	return r, err
}

// opens reports that what was given has each of the scopes that were asked for. They stand between spaces or commas.
func opens(given, asked string) bool {
	split := func(scopes string) []string {
		return strings.FieldsFunc(scopes, func(c rune) bool { return c == ' ' || c == ',' || c == '\t' || c == '\n' || c == '\r' })
	}
	has := split(given)
	return !slices.ContainsFunc(split(asked), func(scope string) bool { return !slices.Contains(has, scope) })
}

// refusedGrant returns the server's refusal, nil where the error is another one, such as that there is no such account.
func refusedGrant(err error) *rest.APIError {
	var refused *rest.APIError
	var settled *extract.Failure
	if !errors.As(err, &refused) || errors.As(err, &settled) || refused.Status < http.StatusBadRequest || refused.Status >= http.StatusInternalServerError {
		return nil
	}
	return refused
}
