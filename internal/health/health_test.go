package health

import (
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"desklake/sink"
)

func due(t *testing.T, zone, spec string) func(time.Time) time.Time {
	t.Helper()
	schedule, err := cron.ParseStandard("TZ=" + zone + " " + spec)
	if err != nil {
		t.Fatal(err)
	}
	return schedule.Next
}

func TestFromWhenOnATableIsLate(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		when, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for _, c := range []struct {
		name  string
		fresh string
		jobs  []string
		zone  string
		after time.Duration // jitter
		want  string
	}{
		{name: "every night", fresh: "2026-11-20 02:10", jobs: []string{"0 2 * * *"}, want: "2026-11-21 08:00"},
		{name: "every night, with jitter", fresh: "2026-11-20 02:10", jobs: []string{"0 2 * * *"}, after: time.Hour, want: "2026-11-21 09:00"},
		{name: "on workdays, over the weekend", fresh: "2026-11-20 02:10", jobs: []string{"0 2 * * 1-5"}, want: "2026-11-23 08:00"},
		{name: "every minute", fresh: "2026-11-20 02:10", jobs: []string{"* * * * *"}, want: "2026-11-20 02:21"},
		{name: "every quarter of an hour", fresh: "2026-11-20 02:10", jobs: []string{"@every 15m"}, want: "2026-11-20 02:35"},
		{name: "by the sooner of two", fresh: "2026-11-20 02:10", jobs: []string{"0 2 * * *", "15 * * * *"}, want: "2026-11-20 02:30"},
		{name: "in the zone of the job", fresh: "2026-11-20 02:10", jobs: []string{"0 2 * * *"}, zone: "America/New_York", want: "2026-11-20 13:00"},
		{name: "without a job", fresh: "2026-11-20 02:10", want: "2026-11-21 04:10"},
	} {
		if c.zone == "" {
			c.zone = "UTC"
		}
		schedules := []Schedule{{Tables: []string{"users"}, Due: due(t, "UTC", "* * * * *")}}
		for _, spec := range c.jobs {
			schedules = append(schedules, Schedule{Tables: []string{"tickets"}, Due: due(t, c.zone, spec), Jitter: c.after})
		}
		if got := LateAt(sink.TableReport{Name: "tickets", FreshAt: at(c.fresh)}, schedules); !got.Equal(at(c.want)) {
			t.Errorf("%s: late from %s on, want %s", c.name, got.UTC(), c.want)
		}
	}
	if got := LateAt(sink.TableReport{Name: "tickets"}, nil); !got.IsZero() {
		t.Errorf("a table that was never fresh is late from %s on", got)
	}
}

func TestTheStateOfATable(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	fresh := late.Add(-30 * time.Hour)
	for name, c := range map[string]struct {
		table sink.TableReport
		now   time.Time
		want  State
	}{
		"in time":                       {sink.TableReport{FreshAt: fresh, Outcome: sink.Complete, LastStatus: sink.Done}, late, Fresh},
		"late":                          {sink.TableReport{FreshAt: fresh, Outcome: sink.Complete, LastStatus: sink.Done}, late.Add(1), Stale},
		"not its own failure":           {sink.TableReport{FreshAt: fresh, Outcome: sink.Complete, LastStatus: sink.Partial}, late, Fresh},
		"failed":                        {sink.TableReport{FreshAt: fresh, Outcome: sink.Broken, LastStatus: sink.Partial}, late, Failed},
		"failed at first":               {sink.TableReport{Outcome: sink.Broken, LastStatus: sink.Failed}, late, Failed},
		"killed":                        {sink.TableReport{FreshAt: fresh, LastStatus: sink.Killed}, late, Failed},
		"the sink failed":               {sink.TableReport{FreshAt: fresh, LastStatus: sink.Failed}, late, Failed},
		"in the middle of the first":    {sink.TableReport{LastStatus: sink.Running}, late, Never},
		"in the middle of another":      {sink.TableReport{FreshAt: fresh, LastStatus: sink.Running}, late, Fresh},
		"stopped, and still in time":    {sink.TableReport{FreshAt: fresh, Outcome: sink.Stopped, LastStatus: sink.Interrupted}, late, Fresh},
		"stopped the first time":        {sink.TableReport{Outcome: sink.Stopped, LastStatus: sink.Interrupted}, late, Never},
		"not there":                     {sink.TableReport{Outcome: sink.Unavailable, LastStatus: sink.Done}, late, Unavailable},
		"taken away":                    {sink.TableReport{FreshAt: fresh, Outcome: sink.Unavailable, LastStatus: sink.Done}, late, Failed},
		"a window was read, never else": {sink.TableReport{Outcome: sink.WindowRead, LastStatus: sink.Done}, late, Never},
	} {
		if got := Of(c.table, []string{c.table.Name}, late, c.now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// What was taken out of the configuration is nobody's concern any more.
func TestATableThatIsNotWantedIsNeverOverdue(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := sink.Report{Tables: []sink.TableReport{{Name: "sla_policies", FreshAt: now.Add(-72 * time.Hour), Outcome: sink.Broken}, {Name: "tickets", FreshAt: now.Add(-time.Hour)}}}
	if old := Overdue(r, []string{"tickets"}, 26*time.Hour, now); len(old) > 0 {
		t.Errorf("overdue: %v", old)
	}
	if state := Of(r.Tables[0], []string{"tickets"}, now.Add(-time.Hour), now); state != Unconfigured {
		t.Errorf("it is %s", state)
	}
	if old := Overdue(r, []string{"tickets", "users"}, time.Minute, now); len(old) != 2 {
		t.Errorf("overdue: %v", old)
	}
}

// One run with a clock ahead must not keep a table fresh until that time has come.
func TestAReadingInTheFutureSaysNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)
	for ahead, want := range map[time.Duration]State{30 * 24 * time.Hour: Never, time.Hour: Never, time.Minute: Fresh, 0: Fresh} {
		table := sink.TableReport{Name: "users", FreshAt: now.Add(ahead), Outcome: sink.Complete}
		if got := Of(table, []string{"users"}, LateAt(table, nil), now); got != want {
			t.Errorf("%s ahead: %s, want %s", ahead, got, want)
		}
		overdue := Overdue(sink.Report{Tables: []sink.TableReport{table}}, []string{"users"}, 26*time.Hour, now)
		if (len(overdue) == 1) != (want == Never) {
			t.Errorf("%s ahead: overdue %v", ahead, overdue)
		}
	}
}
