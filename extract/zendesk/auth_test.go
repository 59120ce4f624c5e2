package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/extract/oauth"
	"desklake/extract/rest"
	"desklake/internal/zendesktest"
)

func TestEachKindOfCredentialsIsTaken(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		takes zendesktest.Auth
		auth  Auth
	}{
		"API token":    {zendesktest.Auth{Email: "me@acme.com", Token: "abc"}, APIToken{Email: "me@acme.com", Token: "abc"}},
		"access token": {zendesktest.Auth{AccessToken: "abc"}, AccessToken{Token: "abc"}},
		"OAuth client": {zendesktest.Auth{ClientID: "d", ClientSecret: "abc"}, ClientCredentials("d", "abc")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 5, Auth: test.takes})
				newReplica(t, desk, Options{Auth: test.auth}).run("tickets", "groups")

				other := zendesktest.New(zendesktest.Options{Tickets: 5, Auth: zendesktest.Auth{
					Email: "other", Token: "other", AccessToken: "other", ClientID: "other", ClientSecret: "other",
				}})
				r := newReplica(t, other, Options{Auth: test.auth})
				r.try("tickets", "groups")
				for stream, err := range r.errs {
					var hint interface{ Hint() string }
					if !errors.Is(err, extract.ErrCredentials) || !errors.As(err, &hint) || hint.Hint() == "" {
						t.Errorf("%s: %v", stream, err)
					}
					if strings.Contains(err.Error(), "abc") {
						t.Errorf("%s: the secret is in %v", stream, err)
					}
				}
				if len(r.errs) != 2 {
					t.Errorf("errors: %v", r.errs)
				}
			})
		})
	}
}

func TestCredentialsDoNotPrintTheirSecret(t *testing.T) {
	t.Parallel()
	for _, a := range []Auth{APIToken{"me", "s3cret"}, AccessToken{"s3cret"}, ClientCredentials("me", "s3cret"), OAuthUser(oauth.User{ID: "me", Secret: "s3cret"})} {
		for _, text := range []string{fmt.Sprint(a), fmt.Sprintf("%+v", struct{ A Auth }{a})} {
			if strings.Contains(text, "s3cret") {
				t.Error(text)
			}
		}
	}
}

func TestTokensAreRenewedBeforeTheyExpireAndWhenTheyAreRevoked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		auth := zendesktest.Auth{ClientID: "d", ClientSecret: "s", ExpiresIn: 10 * time.Minute}
		desk := zendesktest.New(zendesktest.Options{Tickets: 60, Auth: auth, Latency: 20 * time.Second})
		r := newReplica(t, desk, Options{Auth: ClientCredentials("d", "s")})
		desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(1)})
		r.run("tickets") // some twenty minutes
		r.holds(desk, "tickets")
		refused, tokens := 0, 0
		for _, q := range desk.Requests() {
			if q.Method == http.MethodPost {
				tokens++
			}
			if q.Status == http.StatusUnauthorized {
				refused++
			}
		}
		if refused > 0 {
			t.Errorf("%d requests went with an expired token", refused)
		}
		if tokens < 2 {
			t.Errorf("%d tokens", tokens)
		}
		pages := 0
		r.stop = func(extract.Page) bool {
			if pages++; pages == 3 {
				desk.ExpireTokens()
			}
			return false
		}
		r.positions = map[string]extract.Position{}
		r.run("tickets")
	})
}

func TestOneTokenIsFetchedForAllStreams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		auth := zendesktest.Auth{ClientID: "d", ClientSecret: "s"}
		desk := zendesktest.New(zendesktest.Options{Tickets: 5, Auth: auth, Latency: time.Second})
		s := testSource(t, desk, Options{Auth: ClientCredentials("d", "s")})
		ask(t, s, groupsEndpoint, 20, 8)
		n := 0
		for _, q := range desk.Requests() {
			if q.Method == http.MethodPost {
				n++
				if q.Authorized {
					t.Error("the request for a token carried credentials in its header")
				}
			}
		}
		if n != 1 {
			t.Errorf("%d tokens were fetched", n)
		}
	})
}

func TestATokenThatCannotBeFetchedFailsAllWhoWaitAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5})
		desk.Inject(zendesktest.Fault{Do: zendesktest.Unavailable("")})
		s := testSource(t, desk, Options{Auth: ClientCredentials("d", "s"), GiveUpAfter: 10 * time.Minute})
		begun := time.Now()
		errs := make(chan error)
		for range 5 {
			go func() {
				_, err := s.client.Do(context.Background(), &rest.Request{Endpoint: groupsEndpoint, Into: rest.Anything{}})
				errs <- err
			}()
		}
		for range 5 {
			if err := <-errs; !errors.Is(err, extract.ErrUnreachable) {
				t.Error(err)
			}
		}
		if took := time.Since(begun); took > 11*time.Minute {
			t.Errorf("took %v", took)
		}
	})
}

func TestCredentialsGoToNoOtherHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5})
		r := newReplica(t, desk, Options{})
		for _, to := range []string{"https://evil.example.com/x", "http://acme.zendesk.com/x", "https://acme.zendesk.com.evil.example.com/"} {
			remove := desk.Inject(zendesktest.Fault{Do: zendesktest.Redirect(to)})
			r.try("groups")
			if err := r.errs["groups"]; !errors.Is(err, extract.ErrNoAccount) || strings.Contains(err.Error(), "/x") {
				t.Errorf("%s: %v", to, err)
			}
			remove()
		}
		for _, q := range desk.Requests() {
			if q.Host != "acme.zendesk.com" {
				t.Errorf("a request to %s", q.Host)
			}
		}
	})
}
