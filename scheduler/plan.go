package scheduler

import (
	"math/rand/v2"
	"time"
)

// plan is a job with its next due time.
type plan struct {
	Job
	from time.Time // what the schedule counts from: the last due time, as far as there was one
	due  time.Time // in the zone of the schedule; zero if never again
	at   time.Time // the same with jitter
}

// newPlan plans the first run of a job. It is due at once if there is something to make up for, and else it keeps the
// pace of the job's past.
func newPlan(j Job, now time.Time) *plan {
	p := &plan{Job: j}
	p.plan(now)
	if j.Past.Began.IsZero() {
		return p
	}
	switch due := j.Schedule.Next(j.Past.Began); {
	case j.CatchUp && (j.Past.BrokenOff || !due.IsZero() && !due.After(now)):
		p.from, p.due, p.at = now, now, now
	case due.After(now) && due.Before(p.due):
		p.from, p.due = j.Past.Began, due
		p.at = p.jittered()
	}
	return p
}

// plan plans the first due time after a time.
func (p *plan) plan(from time.Time) {
	p.from, p.due = from, p.Schedule.Next(from)
	p.at = p.jittered()
}

func (p *plan) jittered() time.Time {
	if p.due.IsZero() || p.Jitter <= 0 {
		return p.due
	}
	return p.due.Add(rand.N(p.Jitter))
}

// passed tells whether the job has become due, and then plans its next time. Several due times that have passed are
// one: also for a job that makes up for nothing, as long as it is not late.
func (p *plan) passed(now time.Time) bool {
	if p.at.IsZero() || p.at.After(now) {
		return false
	}
	late := now.Sub(p.at) > 2*lookEvery
	p.plan(p.due)
	if !p.due.After(now) {
		p.plan(now)
	}
	return p.CatchUp || !late
}

// keep makes the plan go on where that of an earlier job of its name stands: a pace such as @every 6h would begin anew
// otherwise.
func (p *plan) keep(old *plan, now time.Time) {
	if due := p.Schedule.Next(old.from); due.After(now) && due.Before(p.due) {
		p.from, p.due = old.from, due
		p.at = p.jittered()
	}
}
