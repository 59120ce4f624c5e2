package cli

import (
	"desklake/internal/setup"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// settings are what init asks for.
type settings struct {
	Subdomain, URL string
	Auth, ID       string
	Secret         string // an environment variable or a file; empty for a public OAuth client
	StartDate      string
	Sink, Path     string
	Cron, Timezone string
}

// sourceType is the type of source that init makes a configuration for.
const sourceType = "zendesk"

// noCron stands for no schedule.
const noCron = "none"

// The ways to log in, the best first.
var logins = []string{"oauth_client", "oauth_user", "access_token", "api_token"}

var secretNames = map[string]string{
	"oauth_client": "the secret of the OAuth client", "oauth_user": "the secret of the OAuth client",
	"access_token": "the access token", "api_token": "the API token",
}

var secretVariables = map[string]string{
	"oauth_client": "ZENDESK_CLIENT_SECRET", "oauth_user": "ZENDESK_CLIENT_SECRET",
	"access_token": "ZENDESK_ACCESS_TOKEN", "api_token": "ZENDESK_API_TOKEN",
}

var defaultPaths = map[string]string{"duckdb": "helpdesk.duckdb", "parquet": "helpdesk"}

func defaultSettings(now time.Time) settings {
	return settings{
		Auth: logins[0], ID: "desklake", Secret: secretVariables[logins[0]],
		StartDate: fmt.Sprintf("%d-01-01", now.UTC().Year()-1),
		Sink:      "duckdb", Path: defaultPaths["duckdb"], Cron: noCron, Timezone: "UTC",
	}
}

var variableName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)

func (s settings) secretIsFile() bool { return !variableName.MatchString(s.Secret) }

// fill returns the example with the settings in it. To be checked it must not depend on what is not there yet: then it
// has something else in place of the secret.
func (s settings) fill(d setup.Drivers, check bool) string {
	text := d.Example(sourceType, s.Sink)
	for _, edit := range s.edits(check) {
		text = strings.Replace(text, edit[0], edit[1], 1)
	}
	return text
}

// edits are the pieces of the example that hold settings, and what to put in their place.
func (s settings) edits(check bool) [][2]string {
	account := "  subdomain: " + quoted(s.Subdomain) + "\n"
	if s.URL != "" {
		account = "  url: " + quoted(s.URL) + "\n"
	}
	date := s.StartDate
	if _, err := time.Parse(time.DateOnly, date); err == nil {
		date += "T00:00:00Z"
	}
	jobs := "# jobs: []\n"
	if s.Cron != noCron {
		jobs = fmt.Sprintf("jobs:\n  - name: scheduled\n    cron: %q\n    timezone: %s\n", s.Cron, quoted(s.Timezone))
	}
	return [][2]string{
		{"$schema=docs/config.schema.json\n", "$schema=config.schema.json\n"},
		{" Copy this file to config.yaml and set what is not commented out.\n", "\n"},
		{"  subdomain: acme\n", account},
		{"  start_date: 2017-01-25T00:00:00Z\n", "  start_date: " + quoted(date) + "\n"},
		{"    oauth_client:\n      client_id: desklake\n      client_secret: ${ZENDESK_CLIENT_SECRET}\n", s.login(check)},
		{"  path: " + defaultPaths[s.Sink] + "\n", "  path: " + quoted(s.Path) + "\n"},
		{"# jobs: []\n", jobs},
	}
}

func (s settings) login(check bool) string {
	lines, key := "    "+s.Auth+":\n", "token"
	switch s.Auth {
	case "oauth_client", "oauth_user":
		lines += "      client_id: " + quoted(s.ID) + "\n"
		key = "client_secret"
	case "api_token":
		lines += "      email: " + quoted(s.ID) + "\n"
	}
	switch {
	case s.Auth == "oauth_user" && s.Secret == "":
		return lines
	case check:
		return lines + "      " + key + ": placeholder\n"
	case s.secretIsFile():
		return lines + "      " + key + "_file: " + quoted(s.Secret) + "\n"
	}
	return lines + "      " + key + ": ${" + s.Secret + "}\n"
}

var plainYAML = regexp.MustCompile(`^[A-Za-z0-9_./$][A-Za-z0-9_./:${}@+-]*[A-Za-z0-9_./}]$`)

// quoted is a text as YAML takes it.
func quoted(text string) string {
	if plainYAML.MatchString(text) && text != "null" {
		return text
	}
	return strconv.Quote(text)
}
