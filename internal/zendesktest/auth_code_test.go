package zendesktest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	ourRedirect = "http://127.0.0.1:1/callback"
	ourVerifier = "a-verifier-of-at-least-forty-three-characters-x"
)

// visitor is a user's browser and the client that sent it.
type visitor struct {
	*testing.T
	*Server
	now time.Time
}

func newVisitor(t *testing.T, auth Auth) *visitor {
	v := &visitor{T: t, now: someDay}
	v.Server = helpdesk(Options{Auth: auth, Now: func() time.Time { return v.now }})
	return v
}

func request(changes ...string) url.Values {
	hash := sha256.Sum256([]byte(ourVerifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {"desk"}, "redirect_uri": {ourRedirect}, "scope": {"read"}, "state": {"x y&z"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(hash[:])}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
	}
	return q
}

// click sends the consent page's form, and returns the status and where it sends the browser.
func (v *visitor) click(decision string, ask url.Values) (int, *url.URL) {
	v.Helper()
	client := v.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ask.Set("decision", decision)
	r, err := client.Post("https://acme.zendesk.com/oauth/authorizations", "application/x-www-form-urlencoded", strings.NewReader(ask.Encode()))
	if err != nil {
		v.Fatal(err)
	}
	defer r.Body.Close()
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil {
		v.Fatal(err)
	}
	return r.StatusCode, to
}

// grant asks for tokens.
func (v *visitor) grant(ask map[string]any) (int, map[string]any) {
	v.Helper()
	body, _ := json.Marshal(ask)
	r, err := v.Client().Post("https://acme.zendesk.com/oauth/tokens", "application/json", strings.NewReader(string(body)))
	if err != nil {
		v.Fatal(err)
	}
	defer r.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		v.Fatal(err)
	}
	return r.StatusCode, answer
}

func (v *visitor) exchange(code string, changes ...string) (int, map[string]any) {
	v.Helper()
	ask := map[string]any{"grant_type": "authorization_code", "client_id": "desk", "code": code, "code_verifier": ourVerifier, "redirect_uri": ourRedirect}
	for i := 0; i < len(changes); i += 2 {
		ask[changes[i]] = changes[i+1]
	}
	return v.grant(ask)
}

func (v *visitor) refresh(token any) (int, map[string]any) {
	v.Helper()
	return v.grant(map[string]any{"grant_type": "refresh_token", "client_id": "desk", "refresh_token": token})
}

func (v *visitor) use(token any) int {
	return ask(v.Client(), "https://x/api/v2/groups", "Authorization", "Bearer "+token.(string)).status
}

var public = Auth{ClientID: "desk", RedirectURLs: "https://else.example\n" + ourRedirect, Scopes: "read"}

func TestAUserAllowsAClientAndEveryRefreshEndsBothOldTokens(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, public)
	page := ask(v.Client(), "https://acme.zendesk.com/oauth/authorizations/new?"+request().Encode())
	if page.status != 200 || !strings.Contains(string(page.body), `value="x y&amp;z"`) {
		t.Fatal(page.status, string(page.body))
	}
	status, to := v.click("allow", request())
	if status != http.StatusFound || to.Host != "127.0.0.1:1" || to.Query().Get("state") != "x y&z" {
		t.Fatal(status, to)
	}
	status, first := v.exchange(to.Query().Get("code"))
	if status != 200 || first["scope"] != "read" || first["expires_in"] != 1800.0 || first["refresh_token_expires_in"] != 2_592_000.0 {
		t.Fatal(status, first)
	}
	if got := v.use(first["access_token"]); got != 200 {
		t.Error(got)
	}
	if status, got := v.exchange(to.Query().Get("code")); status != 400 || got["error"] != "invalid_grant" {
		t.Error("a code was good twice:", status, got)
	}
	status, second := v.refresh(first["refresh_token"])
	if status != 200 || second["access_token"] == first["access_token"] || second["refresh_token"] == first["refresh_token"] {
		t.Fatal(status, second)
	}
	if a, b := v.use(first["access_token"]), v.use(second["access_token"]); a != 401 || b != 200 {
		t.Error(a, b)
	}
	if status, got := v.refresh(first["refresh_token"]); status != 400 || got["error"] != "invalid_grant" {
		t.Error(status, got)
	}
	if got := v.use(second["access_token"]); got != 200 {
		t.Error("a refresh token that was used again ended its successor:", got)
	}
	v.now = v.now.Add(31 * 24 * time.Hour)
	if status, got := v.refresh(second["refresh_token"]); status != 400 {
		t.Error("a refresh token outlived its time:", status, got)
	}
}

func TestTokensEndWhenTheyAreRevoked(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(v *visitor, token any){
		"by an administrator": func(v *visitor, _ any) { v.RevokeTokens() },
		"by their owner": func(v *visitor, token any) {
			r, _ := http.NewRequest(http.MethodDelete, "https://x/api/v2/oauth/tokens/current.json", nil)
			r.Header.Set("Authorization", "Bearer "+token.(string))
			for _, want := range []int{204, 401} {
				if resp, err := v.Client().Do(r); err != nil || resp.StatusCode != want {
					v.Error(resp, err)
				}
			}
		},
	} {
		v := newVisitor(t, public)
		_, to := v.click("allow", request())
		_, got := v.exchange(to.Query().Get("code"))
		end(v, got["access_token"])
		if status := v.use(got["access_token"]); status != 401 {
			t.Error(name, status)
		}
		if status, answer := v.refresh(got["refresh_token"]); status != 400 {
			t.Error(name, status, answer)
		}
	}
}

func TestRequestsForConsentAreChecked(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, public)
	for _, x := range []struct {
		ask   url.Values
		error string // empty where the browser is sent nowhere
	}{
		{request("client_id", "other"), ""},
		{request("redirect_uri", ourRedirect+"/"), ""},
		{request("redirect_uri", "http://127.0.0.1:2/callback"), ""},
		{request("response_type", "token"), "unsupported_response_type"},
		{request("code_challenge", ""), "invalid_request"},
		{request("code_challenge_method", "plain"), "invalid_request"},
		{request("scope", "read write"), "invalid_scope"},
	} {
		status, to := v.click("allow", x.ask)
		if x.error == "" && (status != 400 || to.String() != "") || x.error != "" && (status != 302 || to.Query().Get("error") != x.error || to.Query().Has("code")) {
			t.Errorf("%v: %d %v", x.ask, status, to)
		}
	}
	if status, to := v.click("deny", request()); status != 302 || to.Query().Get("error") != "access_denied" || to.Query().Get("state") == "" {
		t.Error(status, to)
	}
	if v.Unknown() != nil {
		t.Error(v.Unknown())
	}
}

func TestCodesAreChecked(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, public)
	for _, changes := range [][]string{
		{"code_verifier", "wrong"}, {"redirect_uri", "https://else.example"}, {"code", "other"}, {"client_id", "other"}, {"client_secret", "none"},
	} {
		_, to := v.click("allow", request())
		if status, got := v.exchange(to.Query().Get("code"), changes...); status == 200 {
			t.Error(changes, got)
		}
	}
	_, to := v.click("allow", request())
	v.now = v.now.Add(2 * time.Minute)
	if status, got := v.exchange(to.Query().Get("code")); status != 400 {
		t.Error("a code outlived its time:", got)
	}
	if status, got := v.grant(map[string]any{"grant_type": "client_credentials", "client_id": "desk", "scope": "read"}); status != 401 {
		t.Error("a public client got a token of its own:", got)
	}
	confidential := newVisitor(t, Auth{ClientID: "desk", ClientSecret: "s3cret", Scopes: "tickets:read"})
	if status, got := confidential.grant(map[string]any{"grant_type": "client_credentials", "client_id": "desk", "client_secret": "s3cret", "scope": "read"}); status != 400 || got["error"] != "invalid_scope" {
		t.Error(status, got)
	}
}

func TestTokensThatNeverExpireComeWithoutARefreshToken(t *testing.T) {
	t.Parallel()
	auth := public
	auth.ExpiresIn = -1
	v := newVisitor(t, auth)
	_, to := v.click("allow", request())
	_, got := v.exchange(to.Query().Get("code"))
	if got["expires_in"] != nil || got["refresh_token"] != nil || v.use(got["access_token"]) != 200 {
		t.Error(got)
	}
}
