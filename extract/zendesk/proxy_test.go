package zendesk

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

// throughProxy is a source whose requests go through a proxy that answers so.
func throughProxy(t *testing.T, scheme string, status int) (source *Source, host string) {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(proxy.Close)
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	at.User = url.UserPassword("me", "s3cret")
	s, err := New(Options{URL: scheme + "://desk.example", Auth: AccessToken{"x"}, GiveUpAfter: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s.client.http.Transport.(*http.Transport).Proxy = http.ProxyURL(at)
	t.Cleanup(s.client.http.CloseIdleConnections)
	return s, at.Host
}

func TestAProxyThatDoesNotLetARequestThroughIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scheme string
		status int
		says   string
	}{{"https", 407, "407 Proxy Authentication Required"}, {"http", 407, "407 Proxy Authentication Required"}, {"https", 403, "403 Forbidden"}, {"https", 502, "502 Bad Gateway"}} {
		s, host := throughProxy(t, c.scheme, c.status)
		err := groups(t.Context(), s)
		if !errors.Is(err, extract.ErrUnreachable) || !strings.Contains(err.Error(), "the proxy "+host) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s, %d: %v", c.scheme, c.status, err)
		}
		if login := strings.Contains(hintOf(err), "login"); login != (c.status == 407) || !strings.Contains(hintOf(err), "HTTPS_PROXY") {
			t.Errorf("%s, %d: %s", c.scheme, c.status, hintOf(err))
		}
		if text := err.Error() + hintOf(err); strings.Contains(text, "s3cret") || strings.Contains(text, "me:") {
			t.Errorf("%s, %d: %s", c.scheme, c.status, text)
		}
		if ends := strings.Contains(err.Error(), "given up"); ends == (c.status == 407) {
			t.Errorf("%s, %d: %v", c.scheme, c.status, err)
		}
	}
}
