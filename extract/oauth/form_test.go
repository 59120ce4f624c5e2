package oauth

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/extract/oauth/tokenstore"
	"desklake/extract/rest"
)

// desk is a helpdesk whose tokens come from a host of their own, which takes forms and refuses with the status 200. It takes what
// that host gave last.
type desk struct {
	t       *testing.T
	granted int
	refuse  string // the error in place of tokens
	revoked string
}

func (d *desk) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := func(status int, format string, args ...any) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(fmt.Sprintf(format, args...)))}, nil
	}
	if r.URL.Host == "desk.example" {
		if r.Header.Get("Authorization") != fmt.Sprint("Desk-token access ", d.granted) || r.Header.Get("Org") != "7" {
			return answer(401, `{"error":"no"}`)
		}
		return answer(200, `{}`)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || r.URL.Host != "accounts.example" || r.Header.Get("Authorization") != "" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		d.t.Errorf("%s was asked with %s: %v", r.URL, body, err)
	}
	switch {
	case r.URL.Path == "/revoke":
		d.revoked = form.Get("token")
		return answer(200, `{}`)
	case form.Get("client_id") != "x" || form.Get("client_secret") != "s3cret":
		return answer(200, `{"error":"invalid_client"}`)
	case d.refuse != "":
		return answer(200, `{"error":%q}`, d.refuse)
	}
	d.granted++
	refresh := ""
	if form.Get("grant_type") == "authorization_code" {
		refresh = `,"refresh_token":"refresh"`
	} else if form.Get("refresh_token") != "refresh" {
		return answer(200, `{"error":"invalid_code"}`)
	}
	return answer(200, `{"access_token":"access %d","expires_in":3600,"token_type":"Bearer"%s}`, d.granted, refresh)
}

// user logs in at the desk, and returns the login with the client that asks by it.
func (d *desk) user() (User, *rest.Client) {
	api := &rest.API{
		Name: "Desk", Explain: func([]byte) (code, description string) { return "refused", "" },
		Limits: rest.Limits{Quotas: []rest.Quota{{Name: "all"}}, Span: time.Minute, Pause: time.Minute, Read: func(http.Header) map[string]rest.Told { return nil }},
	}
	server := &Server{
		Name: "Desk", Tokens: "/token", Page: "/auth", Form: true, Lenient: true, Scheme: "Desk-token", Ended: "invalid_code", Scope: "a,b",
		Access: Life{Least: 60, Most: 3600}, Advice: Advice{Client: "check the client"},
		Client: rest.New(rest.Options{API: api, Base: &url.URL{Scheme: "https", Host: "accounts.example"}, Transport: d}),
		Revoke: func(x tokenstore.Tokens) *rest.Request {
			return &rest.Request{Endpoint: "/revoke", Form: []byte(url.Values{"token": {x.Refresh}}.Encode()), FormType: "application/x-www-form-urlencoded", Secrets: []string{x.Refresh}}
		},
	}
	u := User{Server: server, ID: "x", Secret: "s3cret", Redirect: "http://127.0.0.1/",
		Store: tokenstore.New(tokenstore.Options{Path: filepath.Join(d.t.TempDir(), "tokens.json")})}
	of := rest.New(rest.Options{API: api, Base: &url.URL{Scheme: "https", Host: "desk.example"}, Login: u, Header: http.Header{"Org": {"7"}}, Transport: d})
	login := u.Authorize(of).(*authorization)
	if !strings.HasPrefix(login.URL(), "https://accounts.example/auth?") {
		d.t.Error(login.URL())
	}
	if err := login.Finish(d.t.Context(), url.Values{"state": {login.state}, "code": {"c0de"}}); err != nil {
		d.t.Fatal(err)
	}
	return u, of
}

func ask(t *testing.T, c *rest.Client) error {
	_, err := c.Do(t.Context(), &rest.Request{Endpoint: "/rows", Into: rest.Anything{}})
	return err
}

func TestTokensOfAnotherHostAreAskedForWithFormsAndKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{t: t}
		u, c := d.user()
		for n := range 3 {
			if err := ask(t, c); err != nil || d.granted != n+1 {
				t.Errorf("%v, %d tokens", err, d.granted)
			}
			time.Sleep(time.Hour)
		}
		if err := u.Logout(t.Context(), c, extract.Observer{}); err != nil || d.revoked != "refresh" {
			t.Errorf("%v, revoked: %q", err, d.revoked)
		}
		if err := ask(t, c); !errors.Is(err, extract.ErrLogin) {
			t.Error(err)
		}
	})
}

// They are no answers that can't be used, which would be asked for again for an hour.
func TestRefusalsWithTheStatusOfASuccessEndAtOnce(t *testing.T) {
	t.Parallel()
	for code, kind := range map[string]error{"invalid_code": extract.ErrLogin, "invalid_client": extract.ErrCredentials} {
		synctest.Test(t, func(t *testing.T) {
			d := &desk{t: t}
			_, c := d.user()
			time.Sleep(time.Hour)
			d.refuse = code
			begun := time.Now()
			if err := ask(t, c); !errors.Is(err, kind) || !strings.Contains(err.Error(), code) || time.Since(begun) > 0 {
				t.Errorf("%s: %v after %v", code, err, time.Since(begun))
			}
		})
	}
}
