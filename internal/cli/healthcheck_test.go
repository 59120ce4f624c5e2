package cli

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthcheckAsksWhereServeListens(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		"127.0.0.1:8465": "127.0.0.1:8465", "0.0.0.0:80": "127.0.0.1:80", ":80": "127.0.0.1:80", "[::]:80": "[::1]:80",
		"localhost:80": "localhost:80", "192.0.2.1:80": "192.0.2.1:80",
	} {
		if got := reachable(listen); got != want {
			t.Errorf("%s: %s instead of %s", listen, got, want)
		}
	}
}

func TestHealthcheckTellsByItsExitCode(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
	}))
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	address := "http://127.0.0.1:" + port + "/healthz"
	for _, x := range []struct {
		status int
		want   string
	}{{http.StatusOK, ""}, {http.StatusServiceUnavailable, address + " answers 503 Service Unavailable"}, {0, "no answer from " + address + ": "}} {
		if status = x.status; status == 0 {
			server.Close()
		}
		err := askHealth(t.Context(), address)
		if (err == nil) != (x.want == "") || !strings.HasPrefix(fmt.Sprint(err), x.want) && err != nil {
			t.Errorf("%d: %v", x.status, err)
		}
	}
}
