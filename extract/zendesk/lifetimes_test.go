package zendesk

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
)

// lifetimes changes what the answers with new tokens say of their lives.
type lifetimes struct {
	http.RoundTripper
	says string
}

var life = regexp.MustCompile(`expires_in":\s*[0-9]+`)

func (l lifetimes) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	if err != nil || r.Method != http.MethodPost {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(life.ReplaceAll(body, []byte(`expires_in":`+l.says))))
	resp.Header.Del("Content-Length")
	return resp, err
}

func TestALifetimeThatNoTokenHasCausesNoRenewals(t *testing.T) {
	t.Parallel()
	for _, says := range []string{"9999999999", "1e12", "1e300", "0.001", "1", "172801"} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := newVisit(t, zendesktest.Options{})
				v.logIn()
				s := v.source(Options{Transport: lifetimes{v.desk.Transport(), says}})
				v.desk.ExpireTokens()
				for range 10 {
					if err := groups(t.Context(), s); err != nil {
						t.Fatal(err)
					}
				}
				if n := v.grants(); n != 1 {
					t.Errorf("%d renewals", n)
				}
				stored, err := v.user.Store.Read()
				if left := time.Until(stored.AccessEnds); err != nil || left < 0 || left > 172_800*time.Second {
					t.Errorf("%v: the access token ends in %v", err, left)
				}
				if left := time.Until(stored.RefreshEnds); left < 0 || left > 7_776_000*time.Second {
					t.Errorf("the refresh token ends in %v", left)
				}
			})
		})
	}
}

// flapping lets every second answer have a clock two hours ahead.
type flapping struct {
	http.RoundTripper
	answers int
}

func (f *flapping) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := f.RoundTripper.RoundTrip(r)
	if f.answers++; err == nil && f.answers%2 == 0 {
		resp.Header.Set("Date", time.Now().Add(2*time.Hour).UTC().Format(http.TimeFormat))
	}
	return resp, err
}

func TestClocksOfAnswersDoNotEndATokenThatIsInUse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{})
		v.logIn()
		desk := zendesktest.New(zendesktest.Options{Tickets: 5, Auth: zendesktest.Auth{ClientID: "d", ClientSecret: "s"}})
		for name, s := range map[string]*Source{
			"login":  v.source(Options{Transport: &flapping{RoundTripper: v.desk.Transport()}}),
			"client": testSource(t, desk, Options{Auth: ClientCredentials("d", "s"), Transport: &flapping{RoundTripper: desk.Transport()}}),
		} {
			for range 20 {
				if err := groups(t.Context(), s); err != nil {
					t.Fatal(fmt.Errorf("%s: %w", name, err))
				}
			}
		}
		granted := 0
		for _, q := range desk.Requests() {
			if q.Method == http.MethodPost {
				granted++
			}
		}
		if v.grants() != 0 || granted != 1 {
			t.Errorf("%d renewals of the login, %d tokens of the client", v.grants(), granted)
		}
	})
}
