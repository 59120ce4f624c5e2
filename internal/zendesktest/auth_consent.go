package zendesktest

import (
	_ "embed"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

//go:embed consent.html
var consentHTML string

var consentPage = template.Must(template.New("consent").Parse(consentHTML))

// authorization is what a client asks of a user.
type authorization struct {
	ClientID, RedirectURI, Scope, State string
	Challenge, Method, ResponseType     string
}

func newAuthorization(v url.Values) authorization {
	return authorization{
		ClientID: v.Get("client_id"), RedirectURI: v.Get("redirect_uri"), Scope: v.Get("scope"), State: v.Get("state"),
		Challenge: v.Get("code_challenge"), Method: v.Get("code_challenge_method"), ResponseType: v.Get("response_type"),
	}
}

// consent answers GET /oauth/authorizations/new, as to a user who has signed in: a page that asks to allow or deny.
// https://support.zendesk.com/hc/en-us/articles/4408845965210
func (c *call) consent() (*page, error) {
	ask := newAuthorization(c.query)
	if !c.valid(ask) {
		return nil, nil
	}
	var b strings.Builder
	if err := consentPage.Execute(&b, ask); err != nil {
		return nil, err
	}
	c.html(http.StatusOK, b.String())
	return nil, nil
}

// decide answers POST /oauth/authorizations: the user has clicked.
func (c *call) decide() (*page, error) {
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	ask := newAuthorization(form)
	if !c.valid(ask) {
		return nil, nil
	}
	if form.Get("decision") != "allow" {
		c.back(ask, "error", "access_denied", "error_description", "The end-user or authorization server denied the request.")
		return nil, nil
	}
	d := &c.s.desk
	d.mu.Lock()
	name := d.newName(c, "code")
	d.codes[name] = code{redirect: ask.RedirectURI, challenge: ask.Challenge, scope: ask.Scope, expires: c.now.Add(2 * time.Minute)}
	d.mu.Unlock()
	c.back(ask, "code", name)
	return nil, nil
}

// valid answers the request where it is not. One that may not come from the client gets a page and is sent nowhere.
func (c *call) valid(ask authorization) bool {
	auth := c.s.opts.Auth
	switch {
	case ask.ClientID == "" || ask.ClientID != auth.ClientID:
		c.html(http.StatusBadRequest, "<h1>Invalid authorization request</h1><p>No such client</p>")
	case !slices.Contains(strings.Fields(auth.RedirectURLs), ask.RedirectURI):
		c.html(http.StatusBadRequest, "<h1>Invalid authorization request</h1><p>The redirect URI does not match those of the client</p>")
	case ask.ResponseType != "code":
		c.back(ask, "error", "unsupported_response_type")
	case auth.ClientSecret == "" && ask.Challenge == "", ask.Challenge != "" && ask.Method != "S256":
		c.back(ask, "error", "invalid_request", "error_description", "A public client must use PKCE with S256.")
	case !auth.allows(ask.Scope):
		c.back(ask, "error", "invalid_scope", "error_description", "The requested scope is invalid, unknown, or malformed.")
	default:
		return true
	}
	return false
}

// back sends the user back to the client, with the state that came from there.
func (c *call) back(ask authorization, pairs ...string) {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	if ask.State != "" {
		q.Set("state", ask.State)
	}
	c.html(http.StatusFound, "")
	c.answer.Header.Set("Location", ask.RedirectURI+"?"+q.Encode())
}

func (c *call) html(status int, body string) {
	c.answer.Status, c.answer.body = status, []byte(body)
	c.answer.Header.Set("Content-Type", "text/html; charset=utf-8")
}
