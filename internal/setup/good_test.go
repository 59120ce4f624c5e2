package setup

import (
	"desklake/extract/zendesk"
	"desklake/internal/config"
	"desklake/internal/notify"
	"desklake/internal/web"
	"desklake/scheduler"
	"desklake/sink/duckdb"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// inWords leaves the schedules of jobs out of a comparison: they follow from cron and timezone.
var inWords = cmpopts.IgnoreFields(scheduler.Config{}, "Schedule")

func mustLoad(t *testing.T, path string) *Setup {
	t.Helper()
	c, err := known.Load(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryKeyReachesItsField(t *testing.T) {
	t.Parallel()
	got := mustLoad(t, testdata+"/oauth_client.good.yaml").Config
	want := Config{
		Tables: config.Tables{"tickets", "users", "tags"},
		Jobs: []Job{
			{Config: scheduler.Config{Name: "nightly", Cron: "30 2 * * *", Timezone: "Europe/Berlin", Jitter: 5 * time.Minute}, Tables: config.Tables{"tickets", "users", "tags"}},
			{Config: scheduler.Config{Name: "tickets-hourly", Cron: "@hourly", Timezone: "UTC", CatchUp: true}, Tables: config.Tables{"tickets"}},
		},
		Serve: web.Config{Listen: "0.0.0.0:8080", Token: "0123456789abcdef"},
		Notify: notify.Config{
			Webhooks: []notify.WebhookConfig{
				{URL: "https://hooks.acme.com/abc", Format: "slack", On: []string{"failure", "recovery"}},
				{URL: "http://127.0.0.1:9000/", Format: "json", On: []string{"failure", "recovery", "staleness"}},
			},
			HeartbeatURL: "https://beat.acme.com/abc",
			StaleAfter:   30 * time.Hour,
		},
	}
	want.Source = new(OnlySource)
	want.Source.Type, want.Source.Section = "zendesk", &zendesk.Config{
		Subdomain:   "acme",
		StartDate:   time.Date(2017, 1, 25, 0, 0, 0, 0, time.UTC),
		Auth:        zendesk.AuthConfig{OAuthClient: &zendesk.OAuthClientConfig{ClientID: "desklake", ClientSecret: "s3cret"}},
		Audits:      "full",
		RateLimit:   zendesk.RateLimitConfig{Reserve: 0.125},
		GiveUpAfter: 90 * time.Minute,
	}
	want.Sink.History = 90 * 24 * time.Hour
	want.Sink.Type, want.Sink.Section = "duckdb", &duckdb.Config{
		Path:         filepath.Join(testdata, "data/helpdesk.duckdb"),
		LockWait:     30 * time.Second,
		MemoryLimit:  "1.5 GB",
		Publish:      filepath.Join(testdata, "data/analysts.duckdb"),
		PublishGuard: 0.5,
	}
	if diff := cmp.Diff(want, got, inWords, bare); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestALoginOfAUserReachesItsFields(t *testing.T) {
	t.Parallel()
	got := zendeskOf(mustLoad(t, testdata+"/oauth_user_in_full.good.yaml")).Auth
	want := zendesk.AuthConfig{OAuthUser: &zendesk.OAuthUserConfig{ClientID: "desklake", ClientSecret: "s3cret", RedirectURL: "https://acme.example/desklake",
		TokenFile: filepath.Join(testdata, "secrets/login.json"), Store: "keyring"}}
	if diff := cmp.Diff(want, got, bare); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	got = zendeskOf(mustLoad(t, testdata+"/oauth_user.good.yaml")).Auth
	want = zendesk.AuthConfig{OAuthUser: &zendesk.OAuthUserConfig{ClientID: "desklake", RedirectURL: "http://127.0.0.1:19284/callback",
		TokenFile: filepath.Join(testdata, "oauth_user.good.tokens.json"), Store: "file"}}
	if diff := cmp.Diff(want, got, bare); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatIsLeftOutHasItsDefault(t *testing.T) {
	t.Parallel()
	account, file := new(zendesk.Config), new(duckdb.Config)
	account.SetDefaults()
	account.URL, account.StartDate, account.RateLimit.Reserve = "http://127.0.0.1:8080", time.Date(2017, 1, 25, 0, 0, 0, 0, time.UTC), 0.25
	account.Auth.AccessToken = &zendesk.AccessTokenConfig{Token: "from-a-file"}
	file.SetDefaults()
	file.Path = filepath.Join(testdata, "helpdesk.duckdb")
	var want Config
	want.Source = new(OnlySource)
	want.Source.Type, want.Source.Section = "zendesk", account
	want.Sink.SetDefaults()
	want.Sink.Type, want.Sink.Section = "duckdb", file
	want.Serve.SetDefaults()
	want.Notify = notify.Config{Webhooks: []notify.WebhookConfig{{URL: "https://hooks.acme.com/from-a-file", Format: "json", On: []string{"failure", "recovery", "staleness"}}},
		HeartbeatURL: "https://hooks.acme.com/from-a-file", StaleAfter: 26 * time.Hour}
	if diff := cmp.Diff(want, mustLoad(t, testdata+"/access_token.good.yaml").Config, bare); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// bare compares secrets by what they hold, and shows none in a difference.
var bare = cmp.Comparer(func(a, b config.Secret) bool { return string(a) == string(b) })

func TestTheGoodFilesHaveEveryKey(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(testdata + "/*.good.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(content)
	}
	for _, key := range allKeys() {
		if !regexp.MustCompile(`(?m)(^[ -]*|[{,] *)` + key + `:`).MatchString(all.String()) {
			t.Errorf("no good file has the key %s", key)
		}
	}
}

// allKeys returns the keys of all sections.
func allKeys() []string { return config.Keys(&Config{}, known.vocabulary()) }

func TestAScheduleGoesByTheClockOfItsZone(t *testing.T) {
	t.Parallel()
	job := mustLoad(t, testdata+"/oauth_client.good.yaml").Jobs[0]
	// The night in which summer time begins has no half past two in Berlin: three o'clock follows two at once.
	after := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	first := job.Schedule.Next(after)
	if want := time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC); !first.Equal(want) {
		t.Errorf("next run after %s is %s, want %s", after, first.UTC(), want)
	}
}
