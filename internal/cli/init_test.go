package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"desklake/extract"
	"desklake/extract/zendesk"
	"desklake/internal/config"
	"desklake/internal/setup"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/sink/parquet"

	"github.com/google/go-cmp/cmp"
)

// drivers are those of the program.
var drivers = setup.Drivers{
	Sources: map[string]extract.Driver{"zendesk": {New: func() extract.Config { return new(zendesk.Config) }, Catalog: zendesk.Catalog}},
	Sinks: map[string]sink.Driver{
		"duckdb":  {New: func() sink.Config { return new(duckdb.Config) }},
		"parquet": {New: func() sink.Config { return new(parquet.Config) }},
	},
}

func TestInitFindsEveryPieceOfTheExampleThatItReplaces(t *testing.T) {
	t.Parallel()
	for name := range drivers.Sinks {
		s := defaultSettings(time.Now())
		s.Sink = name
		for _, edit := range s.edits(true) {
			if n := strings.Count(drivers.Example(sourceType, name), edit[0]); n != 1 {
				t.Errorf("the example has this %d times:\n%s", n, edit[0])
			}
		}
	}
}

func TestInitWritesWhatLoadReads(t *testing.T) {
	t.Parallel()
	s := settings{
		URL: "https://helpdesk.acme.com", Auth: "api_token", ID: "me@acme.com", StartDate: "2024-02-29",
		Sink: "duckdb", Path: `a "strange" place/🦆: file #1.duckdb`, Cron: "*/5 * * * 1-5", Timezone: "Europe/Berlin",
	}
	c, err := drivers.Parse(t.Context(), "here/config.yaml", s.fill(drivers, true))
	if err != nil {
		t.Fatal(err)
	}
	account, file := new(zendesk.Config), new(duckdb.Config)
	account.SetDefaults()
	account.URL, account.StartDate = s.URL, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	account.Auth.APIToken = &zendesk.APITokenConfig{Email: "me@acme.com", Token: "placeholder"}
	file.SetDefaults()
	file.Path = filepath.Join("here", s.Path)
	bare := cmp.Comparer(func(a, b config.Secret) bool { return string(a) == string(b) })
	if diff := cmp.Diff(account, c.Source.Section, bare); diff != "" || c.Source.Type != "zendesk" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(file, c.Sink.Section); diff != "" || c.Sink.Type != "duckdb" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if job := c.Jobs[0]; job.Cron != s.Cron || job.Timezone != s.Timezone || len(c.Jobs) != 1 {
		t.Errorf("jobs: %+v", c.Jobs)
	}
}
