package web

import (
	_ "embed"
	"net"
	"net/netip"
	"strconv"

	"desklake/internal/config"
)

// Config is the section of the configuration for what desklake serve shows to a browser, and to whom.
type Config struct {
	Listen string        `yaml:"listen" help:"The address and port of the status page. Who can reach it can read it. Default: 127.0.0.1:8465, which is this machine only."`
	Token  config.Secret `yaml:"token" help:"What starts a job from the status page or through its API, 16 characters or more. Without one neither can."`
}

//go:embed example.yaml
var example string

// Example implements config.Exampled.
func (*Config) Example() string { return example }

// SetDefaults implements config.Defaulter.
func (c *Config) SetDefaults() { c.Listen = "127.0.0.1:8465" }

// minToken is the shortest token: nothing but its length slows down who guesses.
const minToken = 16

// Check implements config.Checker.
func (c *Config) Check(r config.Report) {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		r.Problem("listen", "%q is not an address: write host and port, such as 127.0.0.1:8465", r.Raw("listen"))
		return
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && host != "localhost" {
		r.Problem("listen", "%q is not an IP address: write one of this machine's, 127.0.0.1 for this machine only, or 0.0.0.0 for all", host)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		r.Problem("listen", "%q is not a port: write a number up to 65535", port)
	}
	if n := len(c.Token); n > 0 && n < minToken {
		r.Problem("token", "is too short: write at least %d characters, such as `openssl rand -hex 24` gives", minToken)
	}
}
