package parquet

import (
	_ "embed"
	"time"

	"desklake/internal/config"
	"desklake/sink"
)

// Config is the section of the configuration for a lake of Parquet files.
type Config struct {
	Path     string        `yaml:"path" help:"The folder to write to. It is made where there is none." need:"the file or folder to write to"`
	LockWait time.Duration `yaml:"lock_wait" help:"How long to wait while another process has the folder; 0s not to wait. Default: 10m."`
}

//go:embed example.yaml
var example string

// Example implements config.Exampled.
func (*Config) Example() string { return example }

// SetDefaults implements config.Defaulter.
func (c *Config) SetDefaults() { c.LockWait = 10 * time.Minute }

// Check implements config.Checker.
func (c *Config) Check(r config.Report) {
	r.Path("path", &c.Path)
	if c.LockWait < 0 {
		r.Problem("lock_wait", "must not be negative: write 0s not to wait")
	}
}

// Destination is the folder.
func (c *Config) Destination() sink.Destination {
	return Destination{Options{Path: c.Path, LockWait: c.LockWait}}
}
