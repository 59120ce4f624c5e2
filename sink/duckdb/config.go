package duckdb

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"desklake/internal/config"
	"desklake/sink"
)

// Config is the section of the configuration for a DuckDB file.
type Config struct {
	Path         string        `yaml:"path" help:"The file to write to. It is made where there is none." need:"the file or folder to write to"`
	LockWait     time.Duration `yaml:"lock_wait" help:"How long to wait while another process has the file; 0s not to wait. Default: 10m."`
	MemoryLimit  string        `yaml:"memory_limit" help:"The memory that DuckDB may use, such as 512MB."`
	Publish      string        `yaml:"publish" help:"A copy of the DuckDB file for analysts, who may keep it open. It is replaced in one step after each run that changed something."`
	PublishGuard config.Share  `yaml:"publish_guard" help:"What a table may lose of its rows from one copy to the next; where it loses more, the old copy is kept. Default: 20%."`
}

//go:embed example.yaml
var example string

// Example implements config.Exampled.
func (*Config) Example() string { return example }

// SetDefaults implements config.Defaulter.
func (c *Config) SetDefaults() { c.LockWait, c.PublishGuard = 10*time.Minute, 0.2 }

var size = regexp.MustCompile(`^[0-9]+(\.[0-9]+)? ?(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$`)

// Check implements config.Checker.
func (c *Config) Check(r config.Report) {
	r.Path("path", &c.Path)
	if c.LockWait < 0 {
		r.Problem("lock_wait", "must not be negative: write 0s not to wait")
	}
	if c.MemoryLimit != "" && !size.MatchString(c.MemoryLimit) {
		r.Problem("memory_limit", "%q is not a size: write a number and a unit, such as 512MB or 2GB", r.Raw("memory_limit"))
	}
	if r.Path("publish", &c.Publish); c.Publish != "" && c.Publish == c.Path {
		r.Problem("publish", "is the file that desklake writes to: give the copy another name")
	}
}

// CheckSource implements sink.SourceChecker: DuckDB names a file that is open after itself, and asks back where a schema in it has
// the same name.
func (c *Config) CheckSource(name string) error {
	for _, path := range []string{c.Path, c.Publish} {
		if base := filepath.Base(path); strings.TrimSuffix(base, filepath.Ext(base)) == name {
			return fmt.Errorf("is the name of the file %s too, and %s.tickets would be ambiguous in it", base, name)
		}
	}
	return nil
}

// Destination is the file.
func (c *Config) Destination() sink.Destination {
	return Destination{Options{Path: c.Path, LockWait: c.LockWait, MemoryLimit: c.MemoryLimit, Copy: c.Publish, CopyGuard: float64(c.PublishGuard)}}
}
