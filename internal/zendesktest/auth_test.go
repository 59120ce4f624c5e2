package zendesktest

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func TestOnlyTheRightCredentialsAreAccepted(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Auth: Auth{Email: "me@acme.example", Token: "secret", AccessToken: "bearer-secret"}})
	for header, want := range map[string]int{
		"":                                       401,
		basic("me@acme.example/token", "secret"): 200,
		basic("me@acme.example", "secret"):       401, // passwords are not accepted any more
		basic("me@acme.example/token", "wrong"):  401,
		"Bearer bearer-secret":                   200,
		"Bearer wrong":                           401,
	} {
		if o := ask(s.Client(), "https://x/api/v2/groups", "Authorization", header); o.status != want {
			t.Errorf("%q: %d %s", header, o.status, o.body)
		}
		o := ask(s.Client(), "https://x/api/v2/users/me.json", "Authorization", header)
		var me struct {
			User struct {
				ID   *int64
				Role string
			}
		}
		if err := json.Unmarshal(o.body, &me); err != nil || o.status != 200 {
			t.Fatal(err, o.status)
		}
		if anonymous := me.User.ID == nil; anonymous != (want == 401) || !anonymous && me.User.Role != "admin" {
			t.Errorf("%q: %s", header, o.body)
		}
	}
}

func TestClientCredentialsAreGrantedExpireAndEnd(t *testing.T) {
	t.Parallel()
	now := someDay
	s := helpdesk(Options{
		Auth: Auth{ClientID: "desk", ClientSecret: "s3cret", ExpiresIn: 10 * time.Minute},
		Now:  func() time.Time { return now },
	})
	grant := func(body string) (int, map[string]any) {
		r, err := s.Client().Post("https://acme.zendesk.com/oauth/tokens", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		raw, _ := io.ReadAll(r.Body)
		var answer map[string]any
		if err := json.Unmarshal(raw, &answer); err != nil {
			t.Fatal(err, string(raw))
		}
		return r.StatusCode, answer
	}
	const good = `{"grant_type":"client_credentials","client_id":"desk","client_secret":"s3cret","scope":"read"}`
	for body, want := range map[string]int{
		`{"grant_type":"client_credentials","client_id":"desk","client_secret":"wrong","scope":"read"}`:                 401,
		`{"grant_type":"password","client_id":"desk","client_secret":"s3cret"}`:                                         400,
		`{"grant_type":"client_credentials","client_id":"desk","client_secret":"s3cret","scope":"read","expires_in":1}`: 400,
		`grant_type=client_credentials`: 400,
	} {
		if status, answer := grant(body); status != want {
			t.Error(body, status, answer)
		}
	}
	use := func(token any) int {
		return ask(s.Client(), "https://x/api/v2/groups", "Authorization", "Bearer "+token.(string)).status
	}
	status, answer := grant(good)
	if status != 200 || answer["token_type"] != "bearer" || answer["expires_in"] != 600.0 || answer["scope"] != "read" {
		t.Fatal(status, answer)
	}
	first := answer["access_token"]
	if got := use(first); got != 200 {
		t.Error(got)
	}
	now = now.Add(10 * time.Minute)
	if got := use(first); got != 401 {
		t.Error("an expired token was accepted:", got)
	}
	_, answer = grant(good)
	if second := answer["access_token"]; second == first || use(second) != 200 {
		t.Error(answer)
	}
	s.ExpireTokens()
	if got := use(answer["access_token"]); got != 401 {
		t.Error(got)
	}
	_, answer = grant(strings.Replace(good, `"read"`, `"tickets:nonsense"`, 1))
	if got := use(answer["access_token"]); got != 403 {
		t.Error("a token without the scope read opened something:", got)
	}
}

func TestAnAgentIsRefusedWhereTheAPIAsksForAnAdmin(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Role: "agent"})
	for path, want := range map[string]int{
		"incremental/tickets/cursor?start_time=0": 403, "incremental/users/cursor?start_time=0": 403,
		"incremental/organizations?start_time=0": 403, "incremental/ticket_events?start_time=0": 403,
		"satisfaction_ratings": 403, "slas/policies": 403, "groups": 200, "macros": 200, "tickets/1/audits": 200,
	} {
		if o := ask(s.Client(), "https://x/api/v2/"+path); o.status != want {
			t.Error(path, o.status)
		}
	}
}

func TestTablesThatThePlanLacksAreRefused(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{Without: map[string]int{"sla_policies": http.StatusNotFound, "ticket_forms": http.StatusForbidden}})
	if o := ask(s.Client(), "https://x/api/v2/slas/policies.json"); o.status != 404 || !strings.Contains(string(o.body), "InvalidEndpoint") {
		t.Error(o.status, string(o.body))
	}
	if o := ask(s.Client(), "https://x/api/v2/ticket_forms.json"); o.status != 403 || !strings.Contains(string(o.body), "Forbidden") {
		t.Error(o.status, string(o.body))
	}
	if s.Unknown() != nil {
		t.Error(s.Unknown())
	}
}

func TestWhatNoDocumentationNamesIsRememberedAndRefused(t *testing.T) {
	t.Parallel()
	s := helpdesk(Options{})
	for _, path := range []string{"/api/v2/incremental/groups", "/api/v2/tickets/abc/audits", "/tickets.json", "/api/v2/slas"} {
		if o := ask(s.Client(), "https://x"+path); o.status != 404 || !strings.Contains(string(o.body), "InvalidEndpoint") {
			t.Error(path, o.status)
		}
	}
	if o := ask(s.Client(), "https://x/api/v2/groups?page%5Bsize%5D=5&exclude_delted=false"); o.status != 200 {
		t.Error(o.status)
	}
	if got := len(s.Unknown()); got != 5 {
		t.Error(s.Unknown())
	}
}
