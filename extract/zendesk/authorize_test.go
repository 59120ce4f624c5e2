package zendesk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/extract/oauth"
	"desklake/extract/oauth/tokenstore"
	"desklake/extract/rest"
	"desklake/internal/zendesktest"
)

const redirect = "http://127.0.0.1:19284/callback"

// public is a helpdesk's client without a secret.
var public = zendesktest.Auth{ClientID: "desklake", RedirectURLs: redirect}

// visit is a helpdesk, and somebody who may log in to it.
type visit struct {
	*testing.T
	desk *zendesktest.Server
	user oauth.User
}

func newVisit(t *testing.T, o zendesktest.Options) *visit {
	t.Helper()
	if o.Auth == (zendesktest.Auth{}) {
		o.Auth = public
	}
	if o.Tickets == 0 {
		o.Tickets = 5
	}
	store := tokenstore.New(tokenstore.Options{Path: filepath.Join(t.TempDir(), "tokens.json")})
	user := oauth.User{Server: server, ID: "desklake", Secret: o.Auth.ClientSecret, Redirect: redirect, Store: store}
	return &visit{t, zendesktest.New(o), user}
}

// source opens the account as another process would.
func (v *visit) source(o Options) *Source {
	v.Helper()
	if o.Subdomain == "" {
		o.Subdomain = "acme"
	}
	if o.Transport == nil {
		o.Transport = v.desk.Transport()
	}
	o.Auth = v.user
	s, err := New(o)
	if err != nil {
		v.Fatal(err)
	}
	return s
}

// click makes a decision at the address of a login, and returns the query with which the browser comes back.
func (v *visit) click(decision string, login extract.Authorization) url.Values {
	v.Helper()
	address, err := url.Parse(login.URL())
	if err != nil {
		v.Fatal(err)
	}
	form := address.Query()
	form.Set("decision", decision)
	client := v.desk.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r, err := client.Post("https://acme.zendesk.com/oauth/authorizations", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err != nil {
		v.Fatal(err)
	}
	defer r.Body.Close()
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), redirect+"?") {
		v.Fatal(r.StatusCode, to, err)
	}
	return to.Query()
}

// logIn logs in, and forgets the requests of it.
func (v *visit) logIn() tokenstore.Tokens {
	v.Helper()
	login, err := v.source(Options{}).Authorize()
	if err == nil {
		err = login.Finish(context.Background(), v.click("allow", login))
	}
	if err != nil {
		v.Fatal(err)
	}
	v.desk.Forget()
	return v.tokens()
}

func (v *visit) tokens() tokenstore.Tokens {
	v.Helper()
	tokens, err := v.user.Store.Read()
	if err != nil {
		v.Fatal(err)
	}
	return tokens
}

// grants is how often tokens were asked for.
func (v *visit) grants() (n int) {
	for _, q := range v.desk.Requests() {
		if q.Path == "/oauth/tokens" {
			n++
		}
	}
	return n
}

// groups asks for one page.
func groups(ctx context.Context, s *Source) error {
	_, err := s.client.Do(ctx, &rest.Request{Endpoint: groupsEndpoint, Into: rest.Anything{}})
	return err
}

func hint(err error) string {
	var advice interface{ Hint() string }
	if errors.As(err, &advice) {
		return advice.Hint()
	}
	return ""
}

func TestALoginAsksForReadOnlyAndIsKept(t *testing.T) {
	t.Parallel()
	for name, auth := range map[string]zendesktest.Auth{
		"public": public, "confidential": {ClientID: "desklake", ClientSecret: "s3cret", RedirectURLs: redirect},
	} {
		synctest.Test(t, func(t *testing.T) {
			v := newVisit(t, zendesktest.Options{Auth: auth})
			login, err := v.source(Options{}).Authorize()
			if err != nil {
				t.Fatal(err)
			}
			address, err := url.Parse(login.URL())
			if err != nil {
				t.Fatal(err)
			}
			q := address.Query()
			if address.Host != "acme.zendesk.com" || address.Path != "/oauth/authorizations/new" || q.Get("scope") != "read" ||
				q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 26 || q.Get("redirect_uri") != redirect {
				t.Error(name, address)
			}
			if strings.Contains(login.URL(), "s3cret") {
				t.Error("a secret is in", address)
			}
			if err := login.Finish(t.Context(), v.click("allow", login)); err != nil {
				t.Fatal(name, err)
			}
			got, now := v.tokens(), time.Now()
			if got.Host != "https://acme.zendesk.com" || got.ClientID != "desklake" || !got.AccessEnds.Equal(now.Add(time.Hour)) || !got.RefreshEnds.Equal(now.AddDate(0, 0, 90)) {
				t.Errorf("%s: %v, %v, %v", name, got, got.AccessEnds, got.RefreshEnds)
			}
			if err := groups(t.Context(), v.source(Options{})); err != nil {
				t.Error(name, err)
			}
			if v.desk.Unknown() != nil {
				t.Error(name, v.desk.Unknown())
			}
		})
	}
}

// stateOf is what an answer to the login has to bring back.
func stateOf(login extract.Authorization) string {
	address, _ := url.Parse(login.URL())
	return address.Query().Get("state")
}

func TestOnlyItsOwnAnswerEndsALogin(t *testing.T) {
	t.Parallel()
	v := newVisit(t, zendesktest.Options{})
	login, _ := v.source(Options{}).Authorize()
	other, _ := v.source(Options{}).Authorize()
	stranger := v.click("allow", other)
	for _, answer := range []url.Values{
		stranger, {}, {"code": stranger["code"]}, {"error": {"access_denied"}, "state": {"wrong"}}, {"state": {stateOf(login)}},
	} {
		if err := login.Finish(t.Context(), answer); !errors.Is(err, extract.ErrOtherLogin) {
			t.Error(answer, err)
		}
	}
	if v.grants() != 0 {
		t.Error("a stranger's code was sent")
	}
	if err := login.Finish(t.Context(), v.click("allow", login)); err != nil {
		t.Error(err)
	}
}

func TestALoginThatIsNotGrantedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	narrow := public
	narrow.Scopes = "tickets:read"
	for name, x := range map[string]struct {
		auth       zendesktest.Auth
		fault      zendesktest.Effect
		secret     string
		decision   string
		kind       error
		says, hint string
	}{
		"denied":             {auth: public, decision: "deny", kind: extract.ErrLogin, says: "denied in the browser", hint: "click Allow"},
		"scope not allowed":  {auth: narrow, kind: extract.ErrPermission, says: "invalid_scope", hint: `the client's allowed scopes`},
		"token without it":   {auth: public, fault: zendesktest.Body(`{"access_token":"x","scope":"tickets:read"}`), kind: extract.ErrPermission, says: "opens nothing", hint: `the client's allowed scopes`},
		"secret of a public": {auth: public, secret: "s3cret", kind: extract.ErrCredentials, says: "invalid_client", hint: "a public one has none"},
		"code too old":       {auth: public, fault: zendesktest.Status(400, `{"error":"invalid_grant"}`), kind: extract.ErrLogin, says: "invalid_grant", hint: "run desklake login"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVisit(t, zendesktest.Options{Auth: x.auth})
			v.user.Secret = x.secret
			if x.fault != nil {
				v.desk.Inject(zendesktest.Fault{Match: "/oauth/tokens", Do: x.fault})
			}
			login, _ := v.source(Options{}).Authorize()
			if x.decision == "" {
				x.decision = "allow"
			}
			err := login.Finish(t.Context(), v.click(x.decision, login))
			if !errors.Is(err, x.kind) || !strings.Contains(err.Error(), x.says) || !strings.Contains(hint(err), x.hint) {
				t.Errorf("%v: %s", err, hint(err))
			}
			if _, err := v.user.Store.Read(); !errors.Is(err, tokenstore.ErrNone) {
				t.Error("something was kept:", err)
			}
		})
	}
}

func TestAnAccountWithAnotherWayToLogInHasNoLogin(t *testing.T) {
	t.Parallel()
	s := testSource(t, zendesktest.New(zendesktest.Options{Tickets: 5}), Options{})
	if login, err := s.Authorize(); err == nil || login != nil {
		t.Error(login, err)
	}
	if err := s.Logout(t.Context(), extract.Observer{}); err == nil {
		t.Error("logged out")
	}
}

func TestLogoutRevokesAndForgets(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		before  func(v *visit)
		offline bool
		kind    error
		hint    string
	}{
		"good":            {before: func(*visit) {}},
		"access expired":  {before: func(v *visit) { v.desk.ExpireTokens() }},
		"already revoked": {before: func(v *visit) { v.desk.RevokeTokens() }, kind: extract.ErrLogin, hint: "desklake login"},
		"offline":         {before: func(*visit) {}, offline: true, kind: extract.ErrUnreachable, hint: "it stays good until 2000-03-31"},
	} {
		synctest.Test(t, func(t *testing.T) {
			v := newVisit(t, zendesktest.Options{})
			v.logIn()
			x.before(v)
			o := Options{GiveUpAfter: time.Minute}
			if x.offline {
				o.Transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("no route to host") })
			}
			err := v.source(o).Logout(t.Context(), extract.Observer{})
			if x.kind == nil && err != nil || x.kind != nil && (!errors.Is(err, x.kind) || !strings.Contains(hint(err), x.hint)) {
				t.Errorf("%s: %v: %s", name, err, hint(err))
			}
			if _, err := v.user.Store.Read(); !errors.Is(err, tokenstore.ErrNone) {
				t.Errorf("%s: kept: %v", name, err)
			}
			if access, refresh := v.desk.Good(); !x.offline && access+refresh != 0 {
				t.Errorf("%s: %d and %d tokens are still good", name, access, refresh)
			}
			if err := v.source(Options{}).Logout(t.Context(), extract.Observer{}); !errors.Is(err, extract.ErrLogin) {
				t.Errorf("%s: a second time: %v", name, err)
			}
		})
	}
}

func TestTheLoginToAnotherAccountIsNotForgottenNorSent(t *testing.T) {
	t.Parallel()
	v := newVisit(t, zendesktest.Options{})
	before := v.logIn()
	other := v.source(Options{Subdomain: "other"})
	if err := other.Logout(t.Context(), extract.Observer{}); !errors.Is(err, extract.ErrLogin) || !strings.Contains(err.Error(), "https://acme.zendesk.com") {
		t.Error(err)
	}
	if err := groups(t.Context(), other); !errors.Is(err, extract.ErrLogin) || !strings.Contains(hint(err), "token_file") {
		t.Error(err)
	}
	if v.tokens() != before || len(v.desk.Requests()) != 0 {
		t.Error("the login was used for another account", v.desk.Requests())
	}
}
