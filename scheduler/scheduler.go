// Package scheduler decides when jobs run.
//
// A Scheduler has the jobs of one sink and runs one at a time. It compares due times with the clock on the wall and
// looks at it every minute, so that a run whose time passed while the machine slept is made up, and it keeps nothing:
// what a job did before the program was started is told by the sink's run history. Start with Scheduler, then read
// plan.go and cron.go.
package scheduler

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"desklake/sink"
)

// Job is something that runs on a schedule.
type Job struct {
	Name     string // unique
	Schedule cron.Schedule

	// Jitter is added to each due time: something random between nothing and this.
	Jitter time.Duration

	// CatchUp makes up for the due times that passed while nothing could run, and for a run that was broken off: with one
	// run, at once.
	CatchUp bool

	// Past is what the job did before it came to the scheduler.
	Past Past

	// Run executes the job and returns when that has ended. Trigger says what started it, as desklake.runs holds it.
	// When ctx ends it leaves as soon as it can in an orderly way.
	Run func(ctx context.Context, trigger string)
}

// Planned is a job as it stands.
type Planned struct {
	Name    string
	Next    time.Time // when it is due next, in the zone of its schedule, jitter included; zero if never again
	Queued  bool      // it is due and waits for another one to end
	Running time.Time // since when it runs; zero if it does not
}

// Scheduler runs jobs, one at a time. Its methods may be called from several goroutines.
type Scheduler struct {
	now func() time.Time

	mu      sync.Mutex
	plans   []*plan
	queue   []request
	running request // its job is empty between two runs
	since   time.Time
	looked  time.Time // when the wall clock was read last

	changed chan struct{} // something is to be looked at
	ended   chan struct{} // the running job has ended
}

// request is a run that is to come.
type request struct{ job, trigger string }

// New returns a scheduler of these jobs, which makes up for what they missed. Now is the clock on the wall; nil is the
// machine's.
func New(now func() time.Time, jobs []Job) *Scheduler {
	if now == nil {
		now = time.Now
	}
	s := &Scheduler{now: now, changed: make(chan struct{}, 1), ended: make(chan struct{}, 1)}
	s.looked = s.wall()
	for _, j := range jobs {
		s.plans = append(s.plans, newPlan(j, s.looked))
	}
	return s
}

// wall is what the clock on the wall shows. A machine that sleeps stops the clock by which Go compares times otherwise.
func (s *Scheduler) wall() time.Time { return s.now().Round(0) }

// lookEvery is how often the wall clock is read at least: a timer does not run while the machine sleeps.
const lookEvery = time.Minute

// Run runs the jobs until ctx ends, and then returns when the one that is under way has ended.
func (s *Scheduler) Run(ctx context.Context) {
	for {
		wait := time.NewTimer(s.next(ctx))
		select {
		case <-ctx.Done():
			wait.Stop()
			s.mu.Lock()
			busy := s.running.job != ""
			s.mu.Unlock()
			if busy {
				<-s.ended
			}
			return
		case <-s.changed:
		case <-s.ended:
			s.mu.Lock()
			s.running, s.since = request{}, time.Time{}
			s.mu.Unlock()
		case <-wait.C:
		}
		wait.Stop()
	}
}

// next starts what is due, if nothing runs, and returns how long nothing else will have to be done.
func (s *Scheduler) next(ctx context.Context) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.wall()
	s.look(now)
	if s.running.job == "" && len(s.queue) > 0 && ctx.Err() == nil {
		s.start(ctx, now)
	}
	wait := lookEvery
	for _, p := range s.plans {
		if !p.at.IsZero() {
			wait = min(wait, p.at.Sub(now))
		}
	}
	return wait
}

// start starts the first of the queue.
func (s *Scheduler) start(ctx context.Context, now time.Time) {
	s.running, s.since = s.queue[0], now
	s.queue = slices.Delete(s.queue, 0, 1)
	run, trigger := s.plan(s.running.job).Run, s.running.trigger
	go func() { // a panic in a run ends the program, with its trace: nothing here knows what it left behind
		run(ctx, trigger)
		s.ended <- struct{}{}
	}()
}

// look queues what has become due.
func (s *Scheduler) look(now time.Time) {
	if now.Before(s.looked.Add(-time.Hour)) { // the clock was far ahead; a smaller step must not repeat what has run
		for _, p := range s.plans {
			p.plan(now)
		}
	}
	s.looked = now
	for _, p := range s.plans {
		if p.passed(now) {
			s.enqueue(request{p.Name, sink.BySchedule(p.Name)})
		}
	}
}

// enqueue queues a run, unless the job waits for one already.
func (s *Scheduler) enqueue(r request) {
	if !slices.ContainsFunc(s.queue, func(q request) bool { return q.job == r.job }) {
		s.queue = append(s.queue, r)
	}
}

// RunNow makes a job run as soon as nothing else does, whatever its schedule says. One that waits already is not
// queued again. The error is about the name.
func (s *Scheduler) RunNow(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.plan(name) == nil {
		return fmt.Errorf("there is no job %q", name)
	}
	s.enqueue(request{name, sink.ByRequest(name)})
	s.wake()
	return nil
}

// Replace puts other jobs in the place of the present ones. What runs goes on. What is queued stays so if there is
// still a job of its name, and a job of the same name keeps the pace of its schedule. Nothing is made up for.
func (s *Scheduler) Replace(jobs []Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.wall()
	s.look(now)
	var plans []*plan
	for _, j := range jobs {
		p := &plan{Job: j}
		p.plan(now)
		if old := s.plan(j.Name); old != nil {
			p.keep(old, now)
		}
		plans = append(plans, p)
	}
	s.plans = plans
	s.queue = slices.DeleteFunc(s.queue, func(r request) bool { return s.plan(r.job) == nil })
	s.wake()
}

// Jobs returns the jobs as they stand, in their order.
func (s *Scheduler) Jobs() []Planned {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Planned
	for _, p := range s.plans {
		j := Planned{Name: p.Name, Next: p.at}
		j.Queued = slices.ContainsFunc(s.queue, func(r request) bool { return r.job == p.Name })
		if s.running.job == p.Name {
			j.Running = s.since
		}
		all = append(all, j)
	}
	return all
}

func (s *Scheduler) plan(name string) *plan {
	for _, p := range s.plans {
		if p.Name == name {
			return p
		}
	}
	return nil
}

func (s *Scheduler) wake() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}
