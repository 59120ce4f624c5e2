package zendesk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/extract/oauth/tokenstore"
	"desklake/internal/zendesktest"
)

// readLong reads tickets one by one for some hours, with a login that was just made.
func (v *visit) readLong(o Options) *replica {
	v.Helper()
	o.Transport, o.Auth = v.desk.Transport(), v.user
	r := newReplica(v.T, v.desk, o)
	v.desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(1)})
	r.run("tickets")
	r.holds(v.desk, "tickets")
	return r
}

func (v *visit) refused() (n int) {
	for _, q := range v.desk.Requests() {
		if q.Status == http.StatusUnauthorized {
			n++
		}
	}
	return n
}

func TestALoginIsRenewedBeforeItExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{Tickets: 100, Latency: 100 * time.Second})
		v.logIn()
		v.readLong(Options{})
		if v.refused() > 0 {
			t.Errorf("%d requests went with an expired token", v.refused())
		}
		if n := v.grants(); n < 3 || n > 5 {
			t.Errorf("%d renewals in some three hours", n)
		}
	})
}

// What the store holds is what is sent: tokens are durable before they are used.
func TestNewTokensAreStoredBeforeTheyAreUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{})
		v.logIn()
		used := map[string]bool{}
		v.desk.OnRequest(func(r *http.Request) {
			if header := r.Header.Get("Authorization"); header != "" {
				used[header] = true
				if stored, err := v.user.Store.Read(); err != nil || header != "Bearer "+stored.Access {
					t.Errorf("a token that is not stored was sent to %s: %v", r.URL.Path, err)
				}
			}
		})
		s := v.source(Options{})
		for range 3 {
			if err := groups(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		if len(used) != 3 {
			t.Errorf("%d tokens were used", len(used))
		}
	})
}

func TestATokenThatEndsInTheMiddleIsRenewedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{})
		v.logIn()
		s := v.source(Options{})
		if err := groups(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		v.desk.ExpireTokens()
		for range 2 {
			if err := groups(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		if v.grants() != 1 || v.refused() != 1 {
			t.Errorf("%d renewals after %d refusals", v.grants(), v.refused())
		}
	})
}

// /users/me answers 200 to anybody.
func TestACheckRenewsATokenThatHasEnded(t *testing.T) {
	t.Parallel()
	v := newVisit(t, zendesktest.Options{})
	v.logIn()
	v.desk.ExpireTokens()
	for _, f := range v.source(Options{}).Check(t.Context(), nil, extract.Observer{}) {
		if f.Err != nil {
			t.Error(f)
		}
	}
	if n := v.grants(); n != 1 {
		t.Errorf("%d renewals", n)
	}
}

func TestProcessesThatRenewAtTheSameMomentAskOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{Latency: time.Second})
		v.logIn()
		v.desk.ExpireTokens()
		var all sync.WaitGroup
		for range 5 {
			s := v.source(Options{})
			for range 3 {
				all.Go(func() {
					if err := groups(context.Background(), s); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		if n := v.grants(); n != 1 {
			t.Errorf("%d renewals", n)
		}
	})
}

func TestALoginThatCannotBeRenewedNeedsANewOneAndIsAskedForOnce(t *testing.T) {
	t.Parallel()
	lost := func(v *visit, effect zendesktest.Effect) {
		v.desk.ExpireTokens()
		v.desk.Inject(zendesktest.Fault{Match: "/oauth/tokens", Times: 1, Do: effect})
	}
	for name, x := range map[string]struct {
		end  func(v *visit)
		asks int
	}{
		"revoked by an administrator":      {func(v *visit) { v.desk.RevokeTokens() }, 1},
		"not used for too long":            {func(*visit) { time.Sleep(91 * 24 * time.Hour) }, 1},
		"the answer was lost":              {func(v *visit) { lost(v, zendesktest.Reset()) }, 2},
		"the answer was cut off":           {func(v *visit) { lost(v, zendesktest.CutBody(10)) }, 2},
		"the answer was a page of a proxy": {func(v *visit) { lost(v, zendesktest.NotJSON()) }, 2},
		"the answer had no token":          {func(v *visit) { lost(v, zendesktest.Omit("access_token")) }, 2},
		"without a refresh token, and ended": {func(v *visit) {
			tokens := v.tokens()
			tokens.Refresh = ""
			v.put(tokens)
			v.desk.RevokeTokens()
		}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			v := newVisit(t, zendesktest.Options{})
			v.logIn()
			x.end(v)
			v.desk.Forget()
			s := v.source(Options{})
			for range 3 {
				err := groups(t.Context(), s)
				if !errors.Is(err, extract.ErrLogin) || !strings.HasPrefix(hint(err), "run desklake login") {
					t.Fatalf("%s: %v: %s", name, err, hint(err))
				}
			}
			if n := v.grants(); n != x.asks {
				t.Errorf("%s: asked %d times, want %d", name, n, x.asks)
			}
			v.logIn()
			if err := groups(t.Context(), s); err != nil {
				t.Errorf("%s: after a new login: %v", name, err)
			}
		})
	}
}

// put stores tokens.
func (v *visit) put(tokens tokenstore.Tokens) {
	v.Helper()
	session, err := v.user.Store.Open(v.Context())
	if err != nil {
		v.Fatal(err)
	}
	defer session.Close()
	if err := session.Put(tokens); err != nil {
		v.Fatal(err)
	}
}

func TestNobodyHasLoggedIn(t *testing.T) {
	t.Parallel()
	v := newVisit(t, zendesktest.Options{})
	err := groups(t.Context(), v.source(Options{}))
	if !errors.Is(err, extract.ErrLogin) || hint(err) != "run desklake login" || len(v.desk.Requests()) != 0 {
		t.Error(err, hint(err), v.desk.Requests())
	}
}

func TestAWrongClockIsNotTrusted(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	for _, ahead := range []time.Duration{-time.Hour, time.Hour, -400 * 24 * time.Hour, 400 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) { // the helpdesk's clock is right, and this machine's is wrong
			v := newVisit(t, zendesktest.Options{Tickets: 100, Latency: 100 * time.Second, Now: func() time.Time { return time.Now().Add(ahead) }})
			v.logIn()
			v.readLong(Options{})
			if n := v.grants(); n < 3 || n > 5 || v.refused() > 1 {
				t.Errorf("%v: %d renewals in some three hours, %d refusals", ahead, n, v.refused())
			}
		})
	}
}

func TestAnAnswerWithoutExpiresInIsRenewedWhenItIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{})
		v.desk.Inject(zendesktest.Fault{Match: "/oauth/tokens", Do: zendesktest.Omit("expires_in", "refresh_token_expires_in")})
		if got := v.logIn(); !got.AccessEnds.IsZero() || !got.RefreshEnds.IsZero() {
			t.Error(got.AccessEnds, got.RefreshEnds)
		}
		s := v.source(Options{})
		for range 3 {
			if err := groups(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Hour)
		}
		if v.grants() != 2 || v.refused() != 2 {
			t.Errorf("%d renewals after %d refusals", v.grants(), v.refused())
		}
	})
}

func TestStrangeTimesDoNotLoseTheTokens(t *testing.T) {
	t.Parallel()
	v := newVisit(t, zendesktest.Options{})
	v.desk.Inject(zendesktest.Fault{Match: "/oauth/tokens", Do: zendesktest.Body(
		`{"expires_in":"soon","access_token":"a","scope":["read"],"refresh_token_expires_in":-1,"refresh_token":"r"}`)})
	login, _ := v.source(Options{}).Authorize()
	if err := login.Finish(t.Context(), v.click("allow", login)); err != nil {
		t.Fatal(err)
	}
	if got := v.tokens(); got.Access != "a" || got.Refresh != "r" || !got.AccessEnds.IsZero() || !got.RefreshEnds.IsZero() {
		t.Error(got.AccessEnds, got.RefreshEnds)
	}
}

func TestATokenThatNeverExpiresIsNotRenewed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		auth := public
		auth.ExpiresIn = -1
		v := newVisit(t, zendesktest.Options{Auth: auth})
		v.logIn()
		s := v.source(Options{})
		time.Sleep(1000 * 24 * time.Hour)
		if err := groups(t.Context(), s); err != nil || v.grants() != 0 {
			t.Error(err, v.grants())
		}
		if ends, err := s.Expiry(); err != nil || !ends.IsZero() {
			t.Error(ends, err)
		}
	})
}

func TestARenewalWithoutANewRefreshTokenKeepsTheOldOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{})
		before := v.logIn()
		v.desk.Inject(zendesktest.Fault{Match: "/oauth/tokens", Do: zendesktest.Omit("refresh_token")})
		v.desk.ExpireTokens()
		if err := groups(t.Context(), v.source(Options{})); err != nil {
			t.Fatal(err)
		}
		if after := v.tokens(); after.Refresh != before.Refresh || !after.RefreshEnds.Equal(before.RefreshEnds) || after.Access == before.Access {
			t.Error(after, after.RefreshEnds)
		}
	})
}

// The first signal, or another stream's failure, ends the context in the middle of a renewal: the answer can't be had twice.
func TestARenewalThatHasBegunIsNotBrokenOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{Latency: 10 * time.Second})
		before := v.logIn()
		v.desk.ExpireTokens()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(15*time.Second, cancel) // after the refusal, ahead of the new tokens
		if err := groups(ctx, v.source(Options{})); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if after := v.tokens(); after.Refresh == before.Refresh {
			t.Error("the new tokens are lost")
		}
		if err := groups(t.Context(), v.source(Options{})); err != nil {
			t.Error(err)
		}
	})
}

func TestARenewalThatGetsNoAnswerEndsSoonAfterItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{})
		v.logIn()
		v.desk.ExpireTokens()
		v.desk.Inject(zendesktest.Fault{Match: "/oauth/tokens", Do: zendesktest.Hang()})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		if err := groups(ctx, v.source(Options{})); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if took := time.Since(begun); took != 21*time.Second {
			t.Error(took)
		}
	})
}

func TestNothingIsSpentWhereTheNewTokensCouldNotBeStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVisit(t, zendesktest.Options{})
		before := v.logIn()
		v.desk.ExpireTokens()
		blocked := filepath.Join(v.user.Store.String()+".new", "x")
		if err := os.MkdirAll(blocked, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := groups(t.Context(), v.source(Options{})); err == nil || !strings.Contains(err.Error(), "token store: prepare") {
			t.Error(err)
		}
		if v.grants() != 0 || v.tokens() != before {
			t.Error("the refresh token was spent")
		}
	})
}

// echo answers every request for tokens with what it was sent.
type echo struct {
	http.RoundTripper
	last *string // that was sent
}

func (e echo) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != "/oauth/tokens" {
		return e.RoundTripper.RoundTrip(r)
	}
	sent, _ := io.ReadAll(r.Body)
	*e.last = string(sent)
	body := fmt.Sprintf(`{"error":"invalid_grant","error_description":%q}`, "not good: "+string(sent))
	return reply(r, 400, http.Header{}, body), nil
}

func TestWhatIsSentIsInNoErrorAndNoLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	v := newVisit(t, zendesktest.Options{})
	v.logIn()
	v.desk.ExpireTokens()
	v.user.Secret = "s3cret"
	sent := ""
	s := v.source(Options{Transport: echo{v.desk.Transport(), &sent}, Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	err := groups(t.Context(), s)
	login, _ := s.Authorize()
	verifier := ""
	failed := login.Finish(t.Context(), v.click("allow", login))
	if _, after, found := strings.Cut(sent, `"code_verifier":"`); found {
		verifier, _, _ = strings.Cut(after, `"`)
	}
	if len(verifier) < 43 {
		t.Errorf("the verifier %q was sent", verifier)
	}
	text := fmt.Sprintf("%v %+v %v %s", err, err, failed, log.String())
	if !strings.Contains(text, "not good") {
		t.Error("nothing was repeated:", text)
	}
	for _, secret := range append(v.desk.Granted(), "s3cret", verifier) {
		if strings.Contains(text, secret) {
			t.Errorf("%s is in %s", secret, text)
		}
	}
}
