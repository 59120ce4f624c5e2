package oauth

import (
	"net/url"
	"strings"
	"testing"

	"desklake/extract/rest"
)

// authorize begins a login at a server of no helpdesk.
func authorize(t *testing.T) *authorization {
	t.Helper()
	of := rest.New(rest.Options{API: &rest.API{Limits: rest.Limits{Quotas: []rest.Quota{{Name: "all"}}}}, Base: &url.URL{Scheme: "https", Host: "desk.example"}})
	u := User{Server: &Server{Page: "/authorize", Scope: "a,b", Parameters: map[string]string{"access_type": "offline"}}, ID: "x"}
	return u.Authorize(of).(*authorization)
}

func TestTwoLoginsShareNothing(t *testing.T) {
	t.Parallel()
	one, other := authorize(t), authorize(t)
	if one.state == other.state || one.verifier == other.verifier {
		t.Error("guessable")
	}
}

func TestTheAddressOfALoginSaysWhatIsAskedForAndHoldsNoSecret(t *testing.T) {
	t.Parallel()
	a := authorize(t)
	address, err := url.Parse(a.URL())
	if err != nil {
		t.Fatal(err)
	}
	q := address.Query()
	if address.Host != "desk.example" || address.Path != "/authorize" || q.Get("access_type") != "offline" || q.Get("scope") != "a,b" || q.Get("state") != a.state {
		t.Error(address)
	}
	if strings.Contains(a.URL(), a.verifier) {
		t.Error("a secret is in", address)
	}
}
