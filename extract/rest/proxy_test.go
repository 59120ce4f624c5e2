package rest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"desklake/extract"
)

// throughProxy is a client whose requests go through a proxy that answers so.
func throughProxy(t *testing.T, scheme string, status int) (c *Client, host string) {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(proxy.Close)
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	at.User = url.UserPassword("me", "s3cret")
	c = New(Options{API: minutely(100), Base: &url.URL{Scheme: scheme, Host: "desk.example"}, Login: anybody{}, GiveUpAfter: time.Millisecond})
	c.http.Transport.(*http.Transport).Proxy = http.ProxyURL(at)
	t.Cleanup(c.Close)
	return c, at.Host
}

func TestAProxyThatDoesNotLetARequestThroughIsNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scheme string
		status int
		says   string
	}{{"https", 407, "407 Proxy Authentication Required"}, {"http", 407, "407 Proxy Authentication Required"}, {"https", 403, "403 Forbidden"}, {"https", 502, "502 Bad Gateway"}} {
		c, host := throughProxy(t, test.scheme, test.status)
		_, err := c.Do(t.Context(), &Request{Endpoint: "/groups", Into: Anything{}})
		if !errors.Is(err, extract.ErrUnreachable) || !strings.Contains(err.Error(), "the proxy "+host) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s, %d: %v", test.scheme, test.status, err)
		}
		if login := strings.Contains(hintOf(err), "login"); login != (test.status == 407) || !strings.Contains(hintOf(err), "HTTPS_PROXY") {
			t.Errorf("%s, %d: %s", test.scheme, test.status, hintOf(err))
		}
		if text := err.Error() + hintOf(err); strings.Contains(text, "s3cret") || strings.Contains(text, "me:") {
			t.Errorf("%s, %d: %s", test.scheme, test.status, text)
		}
		if ends := strings.Contains(err.Error(), "given up"); ends == (test.status == 407) {
			t.Errorf("%s, %d: %v", test.scheme, test.status, err)
		}
	}
}
