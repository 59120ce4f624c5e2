package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestALoopbackAddressAnswersToItsOwnNamesOnly(t *testing.T) {
	t.Parallel()
	for listen, hosts := range map[string]map[string]int{
		"127.0.0.1:8465": {"127.0.0.1:8465": 200, "localhost": 200, "LOCALHOST:8465": 200, "[::1]:8465": 200, "127.0.0.1": 200, "127.9.9.9:1": 200,
			"evil.example": 421, "evil.example:8465": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example": 421, "192.168.0.7:8465": 421, "": 421},
		"localhost:8465": {"localhost:8465": 200, "evil.example": 421},
		"[::1]:8465":     {"[::1]:8465": 200, "evil.example": 421},
		"0.0.0.0:8465":   {"status.acme.com": 200, "10.0.0.7:8465": 200},
		":8465":          {"status.acme.com": 200},
	} {
		s := newScene(t, time.Now())
		s.service.Listen = listen
		h := s.handler()
		for host, want := range hosts {
			for _, path := range []string{"/", "/healthz", "/metrics", "/api/status.json"} {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
				r.Host = host
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != want {
					t.Errorf("listening on %s, Host %q, %s: %d, want %d", listen, host, path, w.Code, want)
				}
			}
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	h := withData(t, time.Now()).handler()
	for _, path := range []string{"/", "/healthz", "/readyz", "/metrics", "/api/status.json", "/nothing", "/api/jobs/nightly/run"} {
		header := get(t, h, path).Header()
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"X-Frame-Options": "DENY", "Content-Security-Policy": policy, "Access-Control-Allow-Origin": ""} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
		t.Errorf("the policy lets too much through: %s", policy)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	h := newScene(t, time.Now()).handler()
	for path, want := range map[string]int{"/nothing": 404, "/assets/page.css": 404, "/assets/page-00000000.css": 404, "/assets/..%2fpage.html": 404,
		"/assets/page-00000000.html": 404, "/api/jobs/nightly/run": 405, "/assets/": 404} {
		if w := get(t, h, path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
	r.Host = "localhost"
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST /: %d", w.Code)
	}
}

func TestAssetsMayBeKeptForEver(t *testing.T) {
	t.Parallel()
	h := newScene(t, time.Now()).handler()
	page := get(t, h, "/").Body.String()
	for _, name := range []string{"page.css", "page.js", "icon.svg"} {
		marked, err := assetName(name)
		if err != nil || !strings.Contains(page, `"assets/`+marked+`"`) {
			t.Fatalf("the page does not use %s (%v)", marked, err)
		}
		w := get(t, h, "/assets/"+marked)
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Body.Len() == 0 || w.Header().Get("Content-Type") == "text/plain; charset=utf-8" {
			t.Errorf("%s: %d, %v", marked, w.Code, w.Header())
		}
	}
}
