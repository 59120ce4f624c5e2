package zendesk

import (
	"net/http"
	"strings"
	"time"
)

// bare takes everything about limits out of the answers.
type bare struct{ http.RoundTripper }

func (b bare) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		for name := range resp.Header {
			if strings.Contains(strings.ToLower(name), "rate") {
				resp.Header.Del(name)
			}
		}
	}
	return resp, err
}

// slow lets answers take their time on the way back.
type slow struct {
	http.RoundTripper
	by time.Duration
}

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.RoundTripper.RoundTrip(r)
	time.Sleep(s.by)
	return resp, err
}

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
