package scheduler

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"desklake/sink"
)

// The tests run in a bubble, whose time begins at midnight of 1 January 2000 in UTC, a Saturday, and passes when everyone
// waits.

// diary is what ran when.
type diary struct {
	mu      sync.Mutex
	entries []string
}

func (d *diary) write(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entries = append(d.entries, time.Now().UTC().Format("02 15:04:05 ")+fmt.Sprintf(format, args...))
}

func (d *diary) reads(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if diff := cmp.Diff(want, d.entries); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	d.entries = nil
}

func (d *diary) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entries = nil
}

// job is one whose runs take a while, and which they write into the diary. It makes up for what it missed.
func (d *diary) job(t *testing.T, name, cron string, takes time.Duration) Job {
	t.Helper()
	return Job{Name: name, Schedule: schedule(t, cron, "UTC"), CatchUp: true, Run: func(ctx context.Context, trigger string) {
		d.write("%s", trigger)
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			d.write("%s is told to stop", name)
			time.Sleep(5 * time.Second) // to commit
		}
		if takes > 0 {
			d.write("%s ends", name)
		}
	}}
}

// begin runs a scheduler; end ends it and waits for that.
func begin(s *Scheduler) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		s.Run(ctx)
		close(ended)
	}()
	return func() {
		cancel()
		<-ended
	}
}

func TestJobsRunWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d diary
		end := begin(New(nil, []Job{d.job(t, "nightly", "30 2 * * *", 0), d.job(t, "often", "@every 5h", 0)}))
		time.Sleep(27 * time.Hour)
		end()
		d.reads(t, "01 02:30:00 schedule nightly", "01 05:00:00 schedule often", "01 10:00:00 schedule often", "01 15:00:00 schedule often",
			"01 20:00:00 schedule often", "02 01:00:00 schedule often", "02 02:30:00 schedule nightly")
	})
}

func TestAJobThatIsDueWhileAnotherRunsFollowsItOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d diary
		s := New(nil, []Job{d.job(t, "long", "0 2 * * *", 90*time.Minute), d.job(t, "often", "*/20 * * * *", time.Minute)})
		end := begin(s)
		time.Sleep(2*time.Hour + 30*time.Minute)
		want := []Planned{
			{Name: "long", Next: at(2, 2, 0), Running: at(1, 2, 0)},
			{Name: "often", Next: at(1, 2, 40), Queued: true},
		}
		if diff := cmp.Diff(want, s.Jobs()); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		d.forget()
		time.Sleep(75 * time.Minute)
		end()
		d.reads(t, "01 03:30:00 long ends", "01 03:30:00 schedule often", "01 03:31:00 often ends", "01 03:40:00 schedule often", "01 03:41:00 often ends")
	})
}

func TestAJobThatIsDueWhileItRunsFollowsItselfOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d diary
		end := begin(New(nil, []Job{d.job(t, "often", "@every 1m", 150*time.Second)}))
		time.Sleep(6*time.Minute + time.Second)
		d.reads(t, "01 00:01:00 schedule often", "01 00:03:30 often ends", "01 00:03:30 schedule often", "01 00:06:00 often ends", "01 00:06:00 schedule often")
		end()
	})
}

func at(day, hour, minute int) time.Time {
	return time.Date(2000, 1, day, hour, minute, 0, 0, time.UTC)
}

func TestWhatWasMissedWhileTheProgramWasDownIsMadeUpOnce(t *testing.T) {
	t.Parallel()
	yesterday := time.Date(1999, 12, 30, 2, 30, 1, 0, time.UTC)
	for name, x := range map[string]struct {
		change func(j *Job)
		want   []string
	}{
		"missed":               {func(j *Job) { j.Past.Began = yesterday }, []string{"01 00:00:00 schedule nightly", "01 02:30:00 schedule nightly"}},
		"missed many times":    {func(j *Job) { j.Past.Began = yesterday.AddDate(-1, 0, 0) }, []string{"01 00:00:00 schedule nightly", "01 02:30:00 schedule nightly"}},
		"not missed":           {func(j *Job) { j.Past.Began = yesterday.AddDate(0, 0, 1) }, []string{"01 02:30:00 schedule nightly"}},
		"broken off":           {func(j *Job) { j.Past = Past{yesterday.AddDate(0, 0, 1), true} }, []string{"01 00:00:00 schedule nightly", "01 02:30:00 schedule nightly"}},
		"never ran":            {func(*Job) {}, []string{"01 02:30:00 schedule nightly"}},
		"ran in the future":    {func(j *Job) { j.Past.Began = yesterday.AddDate(1, 0, 0) }, []string{"01 02:30:00 schedule nightly"}},
		"does not care":        {func(j *Job) { j.Past.Began, j.CatchUp = yesterday, false }, []string{"01 02:30:00 schedule nightly"}},
		"broken off, not care": {func(j *Job) { j.Past, j.CatchUp = Past{yesterday, true}, false }, []string{"01 02:30:00 schedule nightly"}},
		"keeps its pace": {func(j *Job) {
			j.Schedule, j.Past.Began = schedule(t, "@every 4h", "UTC"), at(1, 0, 0).Add(-3*time.Hour)
		},
			[]string{"01 01:00:00 schedule nightly", "01 05:00:00 schedule nightly"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var d diary
				j := d.job(t, "nightly", "30 2 * * *", 0)
				x.change(&j)
				end := begin(New(nil, []Job{j}))
				time.Sleep(6 * time.Hour)
				end()
				d.reads(t, x.want...)
			})
		})
	}
}

// wrong is a clock on the wall that does not show the time.
type wrong struct{ ahead atomic.Int64 }

func (w *wrong) by(d time.Duration) { w.ahead.Store(int64(d)) }
func (w *wrong) now() time.Time     { return time.Now().Add(time.Duration(w.ahead.Load())) }

// A machine that sleeps: its wall clock jumps, and no timer notices.
func TestWhatWasMissedWhileTheMachineSleptIsMadeUpOnce(t *testing.T) {
	t.Parallel()
	for _, catchUp := range []bool{true, false} {
		t.Run(fmt.Sprint(catchUp), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var d diary
				var slept wrong
				j := d.job(t, "nightly", "30 2 * * *", 0)
				j.CatchUp = catchUp
				s := New(slept.now, []Job{j})
				end := begin(s)
				time.Sleep(time.Hour + 30*time.Second)
				synctest.Wait()
				slept.by(80 * time.Hour)
				time.Sleep(time.Hour)
				end()
				if catchUp {
					d.reads(t, "01 01:01:00 schedule nightly")
				} else {
					d.reads(t)
				}
				if due := s.Jobs()[0].Next; !due.Equal(at(5, 2, 30)) {
					t.Errorf("due next at %s", due)
				}
			})
		})
	}
}

func TestAClockThatWasWrongDoesNotHoldJobsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d diary
		var clock wrong
		clock.by(10 * 365 * 24 * time.Hour)
		end := begin(New(clock.now, []Job{d.job(t, "hourly", "@hourly", 0)}))
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		clock.by(0)
		time.Sleep(time.Hour)
		// A small step back repeats nothing.
		synctest.Wait()
		clock.by(-31 * time.Minute)
		time.Sleep(time.Hour + 10*time.Minute)
		end()
		d.reads(t, "01 01:00:00 schedule hourly", "01 02:31:00 schedule hourly")
	})
}

func TestJitterDelaysARunWithinItsBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var delays []time.Duration
		j := Job{Name: "hourly", Schedule: schedule(t, "@hourly", "UTC"), Jitter: 10 * time.Minute, Run: func(context.Context, string) {
			delays = append(delays, time.Since(time.Now().Truncate(time.Hour)))
		}}
		end := begin(New(nil, []Job{j}))
		time.Sleep(200*time.Hour + 10*time.Minute)
		end()
		var least, most = delays[0], delays[0]
		for _, delay := range delays {
			least, most = min(least, delay), max(most, delay)
		}
		if len(delays) != 200 || least < 0 || least > 2*time.Minute || most < 8*time.Minute || most >= 10*time.Minute {
			t.Errorf("%d runs, %s to %s late", len(delays), least, most)
		}
	})
}

func TestRunNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d diary
		s := New(nil, []Job{d.job(t, "nightly", "30 2 * * *", time.Minute), d.job(t, "weekly", "@weekly", 0)})
		end := begin(s)
		time.Sleep(time.Second)
		for range 2 { // the second while the first runs: each is told once
			for _, name := range []string{"nightly", "nightly", "weekly"} {
				if err := s.RunNow(name); err != nil {
					t.Error(err)
				}
			}
			time.Sleep(time.Second)
		}
		if err := s.RunNow("dayly"); err == nil || err.Error() != `there is no job "dayly"` {
			t.Error(err)
		}
		time.Sleep(time.Hour)
		end()
		d.reads(t, "01 00:00:01 api nightly", "01 00:01:01 nightly ends", "01 00:01:01 api weekly",
			"01 00:01:01 api nightly", "01 00:02:01 nightly ends")
	})
}

func TestOtherJobsTakeThePlaceOfThePresentOnes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d diary
		s := New(nil, []Job{d.job(t, "long", "0 1 * * *", time.Hour), d.job(t, "queued", "10 1 * * *", 0),
			d.job(t, "gone", "20 1 * * *", 0), d.job(t, "pace", "@every 4h", 0)})
		end := begin(s)
		time.Sleep(90 * time.Minute)
		s.Replace([]Job{d.job(t, "queued", "0 12 * * *", 0), d.job(t, "pace", "@every 4h", 0), d.job(t, "new", "40 2 * * *", 0)})
		if names := s.Jobs(); len(names) != 3 || !names[0].Queued {
			t.Errorf("%+v", names)
		}
		time.Sleep(4 * time.Hour)
		end()
		d.reads(t, "01 01:00:00 schedule long", "01 02:00:00 long ends", "01 02:00:00 schedule queued", "01 02:40:00 schedule new", "01 04:00:00 schedule pace")
	})
}

func TestTheEndWaitsForTheRunThatIsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d diary
		s := New(nil, []Job{d.job(t, "long", "0 1 * * *", time.Hour), d.job(t, "queued", "10 1 * * *", 0)})
		end := begin(s)
		time.Sleep(90 * time.Minute)
		end()
		d.write("the end")
		time.Sleep(24 * time.Hour)
		d.reads(t, "01 01:00:00 schedule long", "01 01:30:00 long is told to stop", "01 01:30:05 long ends", "01 01:30:05 the end")
	})
}

func TestThePastOfAJobIsItsOwnLastRun(t *testing.T) {
	t.Parallel()
	run := func(hour int, trigger string, status sink.Status) sink.RunReport {
		return sink.RunReport{Run: sink.Run{Started: at(1, hour, 0), Trigger: trigger, Status: status}}
	}
	runs := []sink.RunReport{
		run(9, "cli", sink.Done),
		run(8, "api weekly", sink.Done),
		run(6, "schedule broken", sink.Running),
		run(5, "schedule nightly", sink.Failed),
		run(4, "schedule nightly", sink.Killed),
		run(3, "api nightly", sink.Done),
		run(2, "schedule broken", sink.Done),
		run(1, "schedule stopped", sink.Interrupted),
	}
	for job, want := range map[string]Past{
		"nightly": {at(1, 5, 0), false}, "weekly": {at(1, 8, 0), false}, "broken": {at(1, 6, 0), true},
		"stopped": {at(1, 1, 0), true}, "night": {}, "": {},
	} {
		if got := PastOf(job, runs); got != want {
			t.Errorf("%q: %+v", job, got)
		}
	}
}
