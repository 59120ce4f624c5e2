package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"desklake"
	"desklake/internal/config"
)

func TestInitFindsEveryPieceOfTheExampleThatItReplaces(t *testing.T) {
	t.Parallel()
	for _, edit := range (defaultSettings(time.Now())).edits(true) {
		if n := strings.Count(desklake.ExampleConfig, edit[0]); n != 1 {
			t.Errorf("the example has this %d times:\n%s", n, edit[0])
		}
	}
}

func TestInitWritesWhatLoadReads(t *testing.T) {
	t.Parallel()
	s := settings{
		URL: "https://helpdesk.acme.com", Auth: "api_token", ID: "me@acme.com", StartDate: "2024-02-29",
		Sink: "duckdb", Path: `a "strange" place/🦆: file #1.duckdb`, Cron: "*/5 * * * 1-5", Timezone: "Europe/Berlin",
	}
	c, err := config.Parse(t.Context(), "here/config.yaml", []byte(s.fill(true)), config.Known{Sources: []string{"zendesk"}, Sinks: []string{"duckdb"}})
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	want.Source.Type, want.Source.URL = "zendesk", s.URL
	want.Source.Auth.APIToken = &config.APIToken{Email: "me@acme.com", Token: "placeholder"}
	want.Source.StartDate = time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	want.Sink.Type, want.Sink.Path = "duckdb", filepath.Join("here", s.Path)
	got := *c
	job := got.Jobs[0]
	if job.Cron != s.Cron || job.Timezone != s.Timezone || len(got.Jobs) != 1 {
		t.Errorf("jobs: %+v", got.Jobs)
	}
	if got.Source.URL != want.Source.URL || *got.Source.Auth.APIToken != *want.Source.Auth.APIToken ||
		!got.Source.StartDate.Equal(want.Source.StartDate) || got.Sink != want.Sink || got.Source.RateLimit != want.Source.RateLimit {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}
