package zendesk

import (
	_ "embed"
	"net/url"
	"regexp"
	"strings"
	"time"

	"desklake/extract"
	"desklake/internal/config"
)

// Config is the section of the configuration for a Zendesk account.
type Config struct {
	Subdomain   string          `yaml:"subdomain" help:"What stands before .zendesk.com in the address of the helpdesk." oneof:"account"` // empty where URL is set
	URL         string          `yaml:"url" help:"The whole address instead of the subdomain, for a proxy or a test." oneof:"account"`    // scheme and host without a path; empty where Subdomain is set
	StartDate   time.Time       `yaml:"start_date" help:"From when on to read, in UTC: what changed since then, however old it is." need:"from when on to read, as in 2017-01-25T00:00:00Z"`
	Auth        AuthConfig      `yaml:"auth" help:"How to log in." need:"one of oauth_client, oauth_user, access_token or api_token"`
	Audits      string          `yaml:"audits" help:"How ticket_audits and ticket_comments are read: from the ticket event export, or ticket by ticket. Default: events." enum:"events,full"`
	RateLimit   RateLimitConfig `yaml:"rate_limit" help:"What desklake leaves of the account's quota to others."`
	GiveUpAfter time.Duration   `yaml:"give_up_after" help:"For how long one request is tried, all its repetitions and page sizes together, before its table is given up for this run. Default: 1h."`
	Overlap     time.Duration   `yaml:"overlap" help:"How much of what was read last is read again, where the helpdesk can deliver late. Default: 5m."`
}

// RateLimitConfig is what desklake leaves of the account's quota to others.
type RateLimitConfig struct {
	Reserve config.Share `yaml:"reserve" help:"The part of the account's requests a minute that is left to everyone else, as 30% or 0.3. Default: 30%."`
}

//go:embed example.yaml
var example string

// Example implements config.Exampled.
func (*Config) Example() string { return example }

// SetDefaults implements config.Defaulter.
func (c *Config) SetDefaults() {
	c.Audits, c.RateLimit.Reserve, c.GiveUpAfter, c.Overlap = "events", 0.3, time.Hour, 5*time.Minute
}

// Check implements config.Checker.
func (c *Config) Check(r config.Report) {
	switch {
	case c.URL != "" && c.Subdomain != "":
		r.Problem("url", "there is a subdomain too: keep one of the two")
	case c.URL != "":
		c.URL = r.HTTPAddress("url", c.URL)
	case c.Subdomain != "":
		checkSubdomain(r, "subdomain", c.Subdomain)
	default:
		r.Missing("subdomain", "what stands before .zendesk.com in the address of your helpdesk")
	}
	switch start := r.Raw("start_date"); {
	case c.StartDate.After(time.Now()) && time.Now().Before(released):
		r.Problem("start_date", "%q is in the future by this machine's clock, which says %s: set the clock", start, time.Now().UTC().Format(time.DateOnly))
	case c.StartDate.After(time.Now()):
		r.Problem("start_date", "%q is in the future, and nothing would be read: write a past time", start)
	case start != "" && c.StartDate.Unix() < 0:
		r.Problem("start_date", "%q is before 1970: write 1970-01-01T00:00:00Z to read everything", start)
	}
	if c.GiveUpAfter <= 0 {
		r.Problem("give_up_after", "must be more than zero, such as 1h")
	}
	if c.Overlap < 0 {
		r.Problem("overlap", "must not be negative: write 0s for none")
	}
}

// Account implements extract.Config.
func (c *Config) Account() string {
	if c.URL == "" {
		return c.Subdomain + ".zendesk.com"
	}
	if u, err := url.Parse(c.URL); err == nil {
		return u.Host
	}
	return ""
}

// Open implements extract.Config.
func (c *Config) Open(e extract.Env) (extract.Source, error) {
	o := Options{
		Subdomain: c.Subdomain, URL: c.URL, Auth: c.Auth.open(e), StartDate: c.StartDate, AuditsInFull: c.Audits == "full",
		Reserve: orNone(float64(c.RateLimit.Reserve)), GiveUpAfter: c.GiveUpAfter, Overlap: orNone(c.Overlap),
		CacheDir: e.CacheDir, Logger: e.Logger, Version: e.Version,
	}
	if e.Patience > 0 {
		o.GiveUpAfter = min(o.GiveUpAfter, e.Patience)
	}
	return New(o)
}

// orNone says none, which the options spell as a negative number, for a zero that was set.
func orNone[N ~int64 | ~float64](n N) N {
	if n == 0 {
		return -1
	}
	return n
}

// released is when there was no desklake yet: a clock that says so is wrong.
var released = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

func checkSubdomain(r config.Report, key, name string) {
	if label.MatchString(name) {
		return
	}
	_, host, found := strings.Cut(name, "://")
	if !found {
		host = name
	}
	host, _, _ = strings.Cut(strings.ToLower(host), ".zendesk.com")
	if label.MatchString(host) && r.Raw(key) == name {
		r.Problem(key, "%q is more than the subdomain: write %s", name, host)
		return
	}
	r.Problem(key, "%q is not a subdomain of zendesk.com: write what stands before .zendesk.com, "+
		"or the whole address under url", r.Raw(key))
}
