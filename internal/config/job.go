package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are known everywhere, also where the machine has no list of them

	"github.com/robfig/cron/v3"
)

var jobName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// job checks jobs[i] and sets its Timezone and Schedule. Selected are the tables that the configuration has.
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
	} else if j.Schedule, err = parseCron(j.Cron, zone); err != nil {
		r.report(path+".cron", "%s", err)
	}
}

// parseCron reads five fields, or a word such as @daily, as times of the zone.
func parseCron(text string, zone *time.Location) (cron.Schedule, error) {
	text = strings.TrimSpace(text)
	fields := len(strings.Fields(text))
	switch {
	case strings.Contains(text, "TZ="):
		return nil, errors.New("must not hold a time zone: write it under timezone")
	case !strings.HasPrefix(text, "@") && fields != 5:
		return nil, fmt.Errorf("has %d fields instead of five: minute, hour, day of the month, month, day of the week", fields)
	}
	schedule, err := cron.ParseStandard(text)
	if err != nil {
		return nil, fmt.Errorf("is not a schedule: %w", err)
	}
	if spec, ok := schedule.(*cron.SpecSchedule); ok {
		spec.Location = zone
	}
	if schedule.Next(time.Now()).IsZero() {
		return nil, errors.New("never comes: there is no such day")
	}
	return schedule, nil
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
