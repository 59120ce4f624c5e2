package scheduler

import (
	_ "embed"
	"regexp"
	"time"
	_ "time/tzdata" // zones are known everywhere, also where the machine has no list of them

	"github.com/robfig/cron/v3"

	"desklake/internal/config"
)

// Config is the section of the configuration that says when a job runs.
type Config struct {
	Name     string        `yaml:"name" help:"The name of the job: letters, digits, - and _." need:"a name for the job, such as nightly"`
	Cron     string        `yaml:"cron" help:"Minute, hour, day of the month, month, day of the week; or a word such as @daily." need:"when to run, such as \"0 2 * * *\" for two o'clock at night"`
	Timezone string        `yaml:"timezone" help:"The IANA time zone of the schedule, such as Europe/Berlin. Default: UTC."`
	Jitter   time.Duration `yaml:"jitter" help:"How much later than its time a run may begin, by chance. Default: 0s."`
	CatchUp  bool          `yaml:"catch_up" help:"Whether a run that was missed while the machine slept or the program was down, or that was broken off, is made up once. Default: true."`

	// Schedule is Cron by the clock of Timezone.
	Schedule cron.Schedule `yaml:"-"`
}

//go:embed example.yaml
var example string

// Example implements config.Exampled.
func (*Config) Example() string { return example }

// SetDefaults implements config.Defaulter.
func (c *Config) SetDefaults() { c.Timezone, c.CatchUp = "UTC", true }

var jobName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// Check implements config.Checker.
func (c *Config) Check(r config.Report) {
	if c.Name != "" && !jobName.MatchString(c.Name) {
		r.Problem("name", "%q is not a job's name: write letters, digits, - and _", r.Raw("name"))
	}
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil || c.Timezone == "Local" {
		r.Problem("timezone", "unknown time zone %q: write an IANA name, such as Europe/Berlin", r.Raw("timezone"))
		zone = time.UTC
	}
	if c.Cron != "" {
		if c.Schedule, err = ParseCron(c.Cron, zone); err != nil {
			r.Problem("cron", "%s", err)
		}
	}
	c.checkJitter(r)
}

// checkJitter compares the jitter with the times between the next runs.
func (c *Config) checkJitter(r config.Report) {
	if c.Jitter < 0 {
		r.Problem("jitter", "must not be negative: write 0s for none")
	}
	if c.Jitter <= 0 || c.Schedule == nil {
		return
	}
	at := c.Schedule.Next(time.Now())
	for range 10 {
		next := c.Schedule.Next(at)
		if !next.IsZero() && next.Sub(at) <= c.Jitter {
			r.Problem("jitter", "must be shorter than the time between two runs of the job, which can be %s", next.Sub(at))
		}
		at = next
	}
}
