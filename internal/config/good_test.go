package config

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v4"
)

// inWords leaves the schedules of jobs out of a comparison: they follow from cron and timezone.
var inWords = cmpopts.IgnoreFields(Job{}, "Schedule")

func mustLoad(t *testing.T, path string) *Config {
	t.Helper()
	c, err := Load(t.Context(), path, known)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryKeyReachesItsField(t *testing.T) {
	t.Parallel()
	got := mustLoad(t, testdata+"/oauth_client.good.yaml")
	want := &Config{
		Source: Source{
			Type:        "zendesk",
			Subdomain:   "acme",
			StartDate:   time.Date(2017, 1, 25, 0, 0, 0, 0, time.UTC),
			Auth:        Auth{OAuthClient: &OAuthClient{ClientID: "desklake", ClientSecret: "s3cret"}},
			Audits:      "full",
			RateLimit:   RateLimit{Reserve: 0.125},
			GiveUpAfter: 90 * time.Minute,
		},
		Tables: Tables{"tickets", "users", "tags"},
		Sink: Sink{
			Type:        "duckdb",
			Path:        filepath.Join(testdata, "data/helpdesk.duckdb"),
			LockWait:    30 * time.Second,
			MemoryLimit: "1.5 GB",
			History:     90 * 24 * time.Hour,

			Publish:      filepath.Join(testdata, "data/analysts.duckdb"),
			PublishGuard: 0.5,
		},
		Jobs: []Job{
			{Name: "nightly", Cron: "30 2 * * *", Timezone: "Europe/Berlin", Tables: Tables{"tickets", "users", "tags"}, Jitter: 5 * time.Minute},
			{Name: "tickets-hourly", Cron: "@hourly", Timezone: "UTC", Tables: Tables{"tickets"}, CatchUp: true},
		},
		Serve: Serve{Listen: "0.0.0.0:8080", Token: "0123456789abcdef"},
		Notify: Notify{
			Webhooks: []Webhook{
				{URL: "https://hooks.acme.com/abc", Format: "slack", On: []string{"failure", "recovery"}},
				{URL: "http://127.0.0.1:9000/", Format: "json", On: []string{"failure", "recovery", "staleness"}},
			},
			HeartbeatURL: "https://beat.acme.com/abc",
			StaleAfter:   30 * time.Hour,
		},
	}
	if diff := cmp.Diff(want, got, inWords, bare); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestALoginOfAUserReachesItsFields(t *testing.T) {
	t.Parallel()
	got := mustLoad(t, testdata+"/oauth_user_in_full.good.yaml").Source.Auth
	want := Auth{OAuthUser: &OAuthUser{ClientID: "desklake", ClientSecret: "s3cret", RedirectURL: "https://acme.example/desklake",
		TokenFile: filepath.Join(testdata, "secrets/login.json"), Store: "keyring"}}
	if diff := cmp.Diff(want, got, bare); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	got = mustLoad(t, testdata+"/oauth_user.good.yaml").Source.Auth
	want = Auth{OAuthUser: &OAuthUser{ClientID: "desklake", RedirectURL: "http://127.0.0.1:19284/callback",
		TokenFile: filepath.Join(testdata, "oauth_user.good.tokens.json"), Store: "file"}}
	if diff := cmp.Diff(want, got, bare); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatIsLeftOutHasItsDefault(t *testing.T) {
	t.Parallel()
	want := Default()
	want.Source.Type, want.Source.URL = "zendesk", "http://127.0.0.1:8080"
	want.Source.StartDate = time.Date(2017, 1, 25, 0, 0, 0, 0, time.UTC)
	want.Source.Auth.AccessToken = &AccessToken{Token: "from-a-file"}
	want.Source.RateLimit.Reserve = 0.25
	want.Sink.Type, want.Sink.Path = "duckdb", filepath.Join(testdata, "helpdesk.duckdb")
	want.Notify.Webhooks = []Webhook{{URL: "https://hooks.acme.com/from-a-file", Format: "json", On: []string{"failure", "recovery", "staleness"}}}
	want.Notify.HeartbeatURL = "https://hooks.acme.com/from-a-file"
	if diff := cmp.Diff(&want, mustLoad(t, testdata+"/access_token.good.yaml"), bare); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// bare compares secrets by what they hold, and shows none in a difference.
var bare = cmp.Comparer(func(a, b Secret) bool { return string(a) == string(b) })

func TestAConfigurationWrittenOutLoadsAsTheSame(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(testdata + "/*.good.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no good files: %v", err)
	}
	everySecretIsTheSame := cmp.Comparer(func(a, b Secret) bool { return (a == "") == (b == "") })
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			first := mustLoad(t, file)
			first.Sink.Path = filepath.Join(t.TempDir(), "helpdesk.duckdb")
			if u := first.Source.Auth.OAuthUser; u != nil {
				u.TokenFile = filepath.Join(t.TempDir(), "tokens.json")
			}
			if first.Sink.Publish != "" {
				first.Sink.Publish = filepath.Join(t.TempDir(), "analysts.duckdb")
			}
			written, err := yaml.Dump(first)
			if err != nil {
				t.Fatal(err)
			}
			written = bytes.ReplaceAll(written, []byte(masked), []byte("https://acme.com/0123")) // *** is too short for a token, and no address
			path := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(path, written, 0o600); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(first, mustLoad(t, path), inWords, everySecretIsTheSame); diff != "" {
				t.Errorf("-first +second:\n%s\n%s", diff, written)
			}
		})
	}
}

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
	for _, key := range allKeys(reflect.TypeFor[Config]()) {
		if !regexp.MustCompile(`(?m)(^[ -]*|[{,] *)` + key + `:`).MatchString(all.String()) {
			t.Errorf("no good file has the key %s", key)
		}
	}
}

// allKeys returns the keys of the section and of all sections within it.
func allKeys(section reflect.Type) []string {
	keys := keysOf(section)
	for i := range section.NumField() {
		inner := section.Field(i).Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && inner.PkgPath() == section.PkgPath() {
			keys = append(keys, allKeys(inner)...)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

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
