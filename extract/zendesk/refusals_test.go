package zendesk

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

func hintOf(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

func TestAnAgentIsToldThatTheExportsNeedAnAdmin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5, Role: "agent"})
		r := newReplica(t, desk, Options{})
		r.try(allTables()...)
		for _, stream := range []string{"tickets", "users", "organizations", "ticket_events"} {
			if err := r.errs[stream]; !errors.Is(err, extract.ErrPermission) || !strings.Contains(hintOf(err), "admin") {
				t.Errorf("%s: %v", stream, err)
			}
		}
		for _, stream := range []string{"sla_policies", "satisfaction_ratings"} {
			var unavailable *extract.Unavailable
			if err := r.errs[stream]; !errors.As(err, &unavailable) {
				t.Errorf("%s: %v", stream, err)
			}
		}
		r.holds(desk, "groups")
	})
}

func TestTablesThatTheAccountDoesNotHaveAreUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		without := map[string]int{"sla_policies": 404, "ticket_forms": 403, "satisfaction_ratings": 404}
		desk := zendesktest.New(zendesktest.Options{Tickets: 5, Without: without})
		r := newReplica(t, desk, Options{})
		r.try(allTables()...)
		for table := range without {
			var unavailable *extract.Unavailable
			if err := r.errs[table]; !errors.As(err, &unavailable) || unavailable.Stream != table || unavailable.Hint() == "" {
				t.Errorf("%s: %v", table, err)
			}
		}
		if len(r.errs) != len(without) {
			t.Errorf("errors: %v", r.errs)
		}
	})
}

// What is refused by something on the way says nothing of the plan.
func TestOnlyARefusalInTheShapeOfTheAPIMeansThePlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status     int
		kind, body string
	}{
		"a page":                {403, "text/html", "<!DOCTYPE html><title>Attention Required!</title>"},
		"a page, 404":           {404, "text/html", "<html>"},
		"a text":                {404, "text/plain", "404 page not found"},
		"XML":                   {404, "application/xml", "<Error/>"},
		"nothing":               {403, "", ""},
		"JSON of somebody else": {403, "application/json", `{"status":403,"path":"/api"}`},
		"a JSON text":           {404, "application/json", `"not found"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 5})
				r := newReplica(t, desk, Options{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					if strings.Contains(r.URL.Path, "slas") {
						return reply(r, c.status, http.Header{"Content-Type": {c.kind}}, c.body), nil
					}
					return desk.Transport().RoundTrip(r)
				})})
				r.try("groups", "sla_policies")
				if err := r.errs["sla_policies"]; !errors.Is(err, extract.ErrPermission) || !strings.Contains(hintOf(err), "firewall") || len(r.errs) != 1 {
					t.Errorf("%v: %s", r.errs, hintOf(err))
				}
			})
		})
	}
}

// Whatever the plan, every account has the exports and these lists: something else is wrong.
func TestThatEveryAccountHasIsNeverUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, effect := range []zendesktest.Effect{zendesktest.Forbidden(), zendesktest.NotFound()} {
			for _, table := range []string{"organizations", "groups", "macros"} {
				desk := zendesktest.New(zendesktest.Options{Tickets: 5})
				desk.Inject(zendesktest.Fault{Match: table, Do: effect})
				desk.Inject(zendesktest.Fault{Match: "incremental/" + table, Do: effect})
				r := newReplica(t, desk, Options{})
				r.try("tickets", table)
				if err := r.errs[table]; !errors.Is(err, extract.ErrPermission) || !strings.Contains(hintOf(err), "firewall") || len(r.errs) != 1 {
					t.Errorf("errors: %v", r.errs)
				}
			}
		}
	})
}

// A list that the plan can lack is there once its first page came.
func TestARefusalInTheMiddleIsNoMatterOfThePlan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for table, endpoint := range map[string]string{"tickets": "incremental/tickets/cursor", "satisfaction_ratings": "satisfaction_ratings"} {
			desk := zendesktest.New(zendesktest.Options{Tickets: 2000})
			desk.Inject(zendesktest.Fault{Match: endpoint, After: 1, Do: zendesktest.Forbidden()})
			r := newReplica(t, desk, Options{})
			r.try(table)
			if err := r.errs[table]; !errors.Is(err, extract.ErrPermission) || !strings.Contains(hintOf(err), "until then") {
				t.Errorf("%s: %v", table, err)
			}
		}
	})
}

func TestATokenWithoutTheScopeIsAMatterOfPermission(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 5})
		desk.Inject(zendesktest.Fault{Do: zendesktest.Status(403, `{"error":"Forbidden","description":"Missing the following required scopes: read"}`)})
		r := newReplica(t, desk, Options{})
		r.try("tickets", "macros")
		for stream, err := range r.errs {
			if !errors.Is(err, extract.ErrPermission) || !strings.Contains(hintOf(err), "scope") {
				t.Errorf("%s: %v", stream, err)
			}
		}
	})
}

func TestAWrongSubdomainIsSaidToBeWrong(t *testing.T) {
	t.Parallel()
	nobody := roundTrip(func(r *http.Request) (*http.Response, error) {
		return reply(r, 404, http.Header{"Content-Type": {"text/html"}}, "<html><title>No help desk at nosuch.zendesk.com</title></html>"), nil
	})
	for _, auth := range []Auth{AccessToken{"x"}, ClientCredentials("x", "y")} {
		r := newReplica(t, nil, Options{Subdomain: "nosuch", Auth: auth, Transport: nobody})
		r.try("tickets")
		if err := r.errs["tickets"]; !errors.Is(err, extract.ErrNoAccount) || !strings.Contains(err.Error(), "nosuch.zendesk.com") || hintOf(err) == "" {
			t.Errorf("error: %v", err)
		}
	}
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	good := AccessToken{"x"}
	for _, o := range []Options{
		{}, {Subdomain: "acme"}, {Auth: good}, {Subdomain: "acme", URL: "https://acme.zendesk.com", Auth: good},
		{Subdomain: "acme.zendesk.com", Auth: good}, {Subdomain: "-", Auth: good}, {URL: "acme.zendesk.com", Auth: good},
		{URL: "ftp://acme.zendesk.com", Auth: good}, {URL: "https://acme.zendesk.com/api/v2", Auth: good},
		{URL: "https://me:pw@acme.zendesk.com", Auth: good}, {Subdomain: "acme", Auth: good, Reserve: 1},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
	for _, o := range []Options{{Subdomain: "acme-1", Auth: good}, {URL: "http://127.0.0.1:8080/", Auth: good}} {
		if _, err := New(o); err != nil {
			t.Error(err)
		}
	}
}

func TestLogsHaveNoSecretsNoQueriesAndNoCustomersText(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		auth := zendesktest.Auth{ClientID: "desklake", ClientSecret: "s3cret"}
		desk := zendesktest.New(zendesktest.Options{Tickets: 20, Auth: auth})
		for i, e := range []zendesktest.Effect{
			zendesktest.Status(500, `{"error":"secret text of a customer"}`), zendesktest.Body(`{"tickets":"text of a customer"}`),
			zendesktest.Reset(), zendesktest.Field("subject", `"text of a customer`), zendesktest.InvalidCursor(), zendesktest.RateLimited("1"),
		} {
			desk.Inject(zendesktest.Fault{Every: 2*i + 3, Times: 10, Do: e})
		}
		r := newReplica(t, desk, Options{
			Auth: ClientCredentials("desklake", "s3cret"), Logger: slog.New(slog.NewTextHandler(&log, nil)), Version: "1.2.3",
		})
		r.try(allTables()...)
		r.try(allTables()...)
		text := log.String()
		for _, word := range []string{"s3cret", "granted-", "Bearer", "start_time=", "text of a customer"} {
			if strings.Contains(text, word) {
				t.Errorf("%q is in the log:\n%.3000s", word, text)
			}
		}
		if !strings.Contains(text, "trying again") || !strings.Contains(text, "500 Internal Server Error") {
			t.Error("retries are not logged")
		}
	})
}

func TestRequestsSayWhoAsks(t *testing.T) {
	t.Parallel()
	var got http.Header
	desk := zendesktest.New(zendesktest.Options{Tickets: 1})
	spy := roundTrip(func(r *http.Request) (*http.Response, error) {
		got = r.Header
		return desk.Transport().RoundTrip(r)
	})
	newReplica(t, desk, Options{Transport: spy, Version: "1.2.3"}).run("groups")
	for name, want := range map[string]string{
		"User-Agent": "desklake/1.2.3", "Accept": "application/json", "Accept-Encoding": "gzip", "Authorization": "Bearer secret",
		"Cache-Control": "no-cache", "Pragma": "no-cache",
	} {
		if got.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Get(name), want)
		}
	}
}
