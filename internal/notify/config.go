package notify

import (
	_ "embed"
	"net/url"
	"time"

	"desklake/internal/config"
)

// Config is the section of the configuration that says who is told how the runs go. The addresses are secrets: whoever knows one
// can write there.
type Config struct {
	Webhooks     []WebhookConfig `yaml:"webhooks" help:"Addresses that are sent messages."`
	HeartbeatURL config.Secret   `yaml:"heartbeat_url" help:"The address that is asked for after each run that succeeded, for a service that raises an alarm when it no longer is."`
	StaleAfter   time.Duration   `yaml:"stale_after" help:"The age from which on a table counts as stale. Default: 26h."`
}

// WebhookConfig is an address that is sent messages. https, but for this machine.
type WebhookConfig struct {
	URL    config.Secret `yaml:"url" help:"The address, https but for this machine. It is a secret: whoever knows it can write there." need:"the address, or url_file"`
	Format string        `yaml:"format" help:"What the address takes: a JSON object, or a message for Slack. Default: json." enum:"json,slack"`
	On     []string      `yaml:"on" help:"What it is sent: failure, recovery and staleness. Default: all of them." enum:"failure,recovery,staleness"`
}

//go:embed example.yaml
var example string

// Example implements config.Exampled.
func (*Config) Example() string { return example }

// SetDefaults implements config.Defaulter.
func (c *Config) SetDefaults() { c.StaleAfter = 26 * time.Hour }

// SetDefaults implements config.Defaulter.
func (w *WebhookConfig) SetDefaults() { w.Format = JSON }

// Check implements config.Checker.
func (c *Config) Check(r config.Report) {
	checkAddress(r, "heartbeat_url", c.HeartbeatURL)
	if c.StaleAfter <= 0 {
		r.Problem("stale_after", "must be more than zero, such as 26h")
	}
}

// Check implements config.Checker.
func (w *WebhookConfig) Check(r config.Report) {
	checkAddress(r, "url", w.URL)
	if w.On == nil {
		w.On = []string{Failure, Recovery, Staleness}
	}
	if len(w.On) == 0 {
		r.Problem("on", "names nothing: write some of failure, recovery and staleness, or leave it out for all")
	}
}

// checkAddress checks an address that is a secret: no message shows it.
func checkAddress(r config.Report, key string, secret config.Secret) {
	if secret == "" {
		return
	}
	u, err := url.Parse(string(secret))
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		r.Problem(key, "is not an address: write it as https://hooks.acme.com/...")
	case u.Scheme == "http" && !config.Loopback(u.Hostname()):
		r.Problem(key, "would be sent unencrypted: write https://, plain http is for this machine only")
	}
}
