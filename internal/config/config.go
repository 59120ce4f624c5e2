// Package config reads the configuration: a YAML file to structs that are complete and valid.
//
// It is strict, and it reports every mistake of a file at once, each with its line, its column and what to write
// instead. It knows neither sources nor sinks: the names that a file may use are handed to Load. Secrets have a
// type of their own, which never prints. Start with Config, then read Load.
package config

import (
	"time"

	"github.com/robfig/cron/v3"
)

// Config is a whole configuration. The structs are the one list of keys: decoding, suggestions and the check of
// config.example.yaml are driven by them.
type Config struct {
	Source Source `yaml:"source"`
	Tables Tables `yaml:"tables"`
	Sink   Sink   `yaml:"sink"`
	Jobs   []Job  `yaml:"jobs,omitempty"`
	Serve  Serve  `yaml:"serve"`
	Notify Notify `yaml:"notify"`
}

// Source is the helpdesk account.
type Source struct {
	Type        string        `yaml:"type"`
	Subdomain   string        `yaml:"subdomain,omitempty"` // acme for acme.zendesk.com; empty where URL is set
	URL         string        `yaml:"url,omitempty"`       // scheme and host without a path; empty where Subdomain is set
	StartDate   time.Time     `yaml:"start_date"`          // UTC; nothing that is older is read
	Auth        Auth          `yaml:"auth"`
	Audits      string        `yaml:"audits"` // events or full
	RateLimit   RateLimit     `yaml:"rate_limit"`
	GiveUpAfter time.Duration `yaml:"give_up_after"` // for one request, all its retries together; above zero
	Overlap     time.Duration `yaml:"overlap"`       // what time-based streams read again; zero or more
}

// Auth is how to log in: exactly one of its fields is set.
type Auth struct {
	OAuthClient *OAuthClient `yaml:"oauth_client,omitempty"`
	OAuthUser   *OAuthUser   `yaml:"oauth_user,omitempty"`
	AccessToken *AccessToken `yaml:"access_token,omitempty"`
	APIToken    *APIToken    `yaml:"api_token,omitempty"`
}

// OAuthClient is the OAuth grant client_credentials.
type OAuthClient struct {
	ClientID     string `yaml:"client_id"`
	ClientSecret Secret `yaml:"client_secret"`
}

// OAuthUser is a user who logs in with desklake login, through an OAuth client.
type OAuthUser struct {
	ClientID     string `yaml:"client_id"`
	ClientSecret Secret `yaml:"client_secret,omitempty"` // empty for a public client
	RedirectURL  string `yaml:"redirect_url"`            // one of those of the client: http on this machine, or https
	TokenFile    string `yaml:"token_file"`              // a relative one is resolved against the file's folder
	Store        string `yaml:"store"`                   // file or keyring
}

// AccessToken is an OAuth access token that was made elsewhere.
type AccessToken struct {
	Token Secret `yaml:"token"`
}

// APIToken is a Zendesk API token of the user with that e-mail address. Zendesk ends these on 30 April 2027.
type APIToken struct {
	Email string `yaml:"email"`
	Token Secret `yaml:"token"`
}

// RateLimit is what desklake leaves of the account's quota to others.
type RateLimit struct {
	Reserve Share `yaml:"reserve"`
}

// Sink is the destination.
type Sink struct {
	Type        string        `yaml:"type"`
	Path        string        `yaml:"path"`                   // a relative one is resolved against the file's folder
	LockWait    time.Duration `yaml:"lock_wait"`              // zero: do not wait
	MemoryLimit string        `yaml:"memory_limit,omitempty"` // such as 512MB; empty: the sink decides
	History     time.Duration `yaml:"history"`                // how long runs, loads and issues are kept; zero: for ever

	Publish      string `yaml:"publish,omitempty"` // a copy for analysts, resolved like Path; empty: none
	PublishGuard Share  `yaml:"publish_guard"`     // what a table may lose of its live rows from one copy to the next
}

// Job is a set of tables with a schedule.
type Job struct {
	Name     string `yaml:"name"`     // unique
	Cron     string `yaml:"cron"`     // five fields, or a word such as @daily
	Timezone string `yaml:"timezone"` // IANA name
	Tables   Tables `yaml:"tables"`   // a part of Config.Tables; where the file has none, Config.Tables

	Jitter  time.Duration `yaml:"jitter"`   // zero or more, and less than the time between two runs
	CatchUp bool          `yaml:"catch_up"` // true where the file has none

	// Schedule is Cron by the clock of Timezone.
	Schedule cron.Schedule `yaml:"-"`
}

// Serve is what desklake serve shows to a browser, and to whom.
type Serve struct {
	Listen string `yaml:"listen"`          // host:port; the host is an IP address, localhost, or empty for every address
	Token  Secret `yaml:"token,omitempty"` // starts jobs; empty: nobody can but the schedule
}

// Notify is who is told how the runs go. The addresses are secrets: whoever knows one can write there.
type Notify struct {
	Webhooks     []Webhook     `yaml:"webhooks,omitempty"`
	HeartbeatURL Secret        `yaml:"heartbeat_url,omitempty"` // asked for after each run that succeeded; empty: none
	StaleAfter   time.Duration `yaml:"stale_after"`             // the age from which on a table counts as stale; above zero
}

// Webhook is an address that is sent messages. https, but for this machine.
type Webhook struct {
	URL    Secret   `yaml:"url"`
	Format string   `yaml:"format"` // json or slack; json where the file has none
	On     []string `yaml:"on"`     // of failure, recovery and staleness; all where the file has none
}

// Default returns a configuration in which every key that need not be set has its value.
func Default() Config {
	return Config{
		Source: Source{
			Audits:      "events",
			RateLimit:   RateLimit{Reserve: 0.3},
			GiveUpAfter: time.Hour,
			Overlap:     5 * time.Minute,
		},
		Sink:   Sink{LockWait: 10 * time.Minute, History: 400 * 24 * time.Hour, PublishGuard: 0.2},
		Serve:  Serve{Listen: "127.0.0.1:8465"},
		Notify: Notify{StaleAfter: 26 * time.Hour},
	}
}

// Where a user who logs in is sent back to: a port that few others use, below those that systems give away.
const defaultRedirect = "http://127.0.0.1:19284/callback"

// A job without a timezone runs by this one.
const defaultTimezone = "UTC"
