package config

import (
	"fmt"
	"regexp"
	"slices"
	"time"
	_ "time/tzdata" // zones are known everywhere, also where the machine has no list of them

	"desklake/scheduler"
)

var jobName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// job checks jobs[i] and sets what of it follows from the rest or has a default. Selected are the tables that the configuration has.
func (r *reader) job(i int, jobs []Job, selected, all []string) {
	j, path := &jobs[i], index("jobs", i)
	r.need(path+".name", j.Name, "a name for the job, such as nightly")
	if j.Name != "" && !jobName.MatchString(j.Name) {
		r.report(path+".name", "%q is not a job's name: write letters, digits, - and _", r.raw(path+".name"))
	}
	if first := slices.IndexFunc(jobs, func(o Job) bool { return o.Name == j.Name }); j.Name != "" && first < i {
		other := r.places[index("jobs", first)+".name"]
		r.report(path+".name", "%q is the name of another job too, in line %d", r.raw(path+".name"), other.line)
	}
	r.tables(path+".tables", j.Tables, all)
	for n, table := range j.Tables {
		if at := index(path+".tables", n); !slices.Contains(selected, table) {
			r.report(at, "%q is not among the tables of this configuration: add it to tables", r.raw(at))
		}
	}
	if j.Timezone == "" {
		j.Timezone = defaultTimezone
	}
	zone, err := time.LoadLocation(j.Timezone)
	if err != nil || j.Timezone == "Local" {
		r.report(path+".timezone", "unknown time zone %q: write an IANA name, such as Europe/Berlin", r.raw(path+".timezone"))
		zone = time.UTC
	}
	if j.Cron == "" {
		r.missing(path+".cron", `when to run, such as "0 2 * * *" for two o'clock at night`)
	} else if j.Schedule, err = scheduler.ParseCron(j.Cron, zone); err != nil {
		r.report(path+".cron", "%s", err)
	}
	r.jitter(path+".jitter", j)
	if r.raw(path+".catch_up") == "" {
		j.CatchUp = true
	}
}

// jitter checks a job's jitter against the times between its next runs.
func (r *reader) jitter(path string, j *Job) {
	if j.Jitter < 0 {
		r.report(path, "must not be negative: write 0s for none")
	}
	if j.Jitter <= 0 || j.Schedule == nil {
		return
	}
	at := j.Schedule.Next(time.Now())
	for range 10 {
		next := j.Schedule.Next(at)
		if !next.IsZero() && next.Sub(at) <= j.Jitter {
			r.report(path, "must be shorter than the time between two runs of the job, which can be %s", next.Sub(at))
		}
		at = next
	}
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
