package scheduler

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"github.com/robfig/cron/v3"
)

func location(t *testing.T, zone string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func schedule(t *testing.T, text, zone string) cron.Schedule {
	t.Helper()
	s, err := ParseCron(text, location(t, zone))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Each line is the times at which a schedule comes from a day on, by the zone's clock and with its offset.
func TestTheNightsInWhichTheClockIsSet(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		zone, cron, from string
		want             string
	}{
		// 02:00 becomes 03:00.
		{"Europe/Berlin", "30 2 * * *", "2026-03-28", "28 02:30+01, 29 03:00+02, 30 02:30+02"},
		{"Europe/Berlin", "0 2 * * *", "2026-03-28", "28 02:00+01, 29 03:00+02, 30 02:00+02"},
		{"Europe/Berlin", "0 3 * * *", "2026-03-28", "28 03:00+01, 29 03:00+02, 30 03:00+02"},
		{"Europe/Berlin", "0,30 2 * * *", "2026-03-29", "29 03:00+02, 30 02:00+02, 30 02:30+02"},
		{"Europe/Berlin", "*/20 2-3 * * *", "2026-03-29", "29 03:00+02, 29 03:20+02, 29 03:40+02, 30 02:00+02"},
		{"Europe/Berlin", "30 * * * *", "2026-03-29", "29 00:30+01, 29 01:30+01, 29 03:30+02, 29 04:30+02"},
		{"Europe/Berlin", "*/30 * * * *", "2026-03-29", "29 00:30+01, 29 01:00+01, 29 01:30+01, 29 03:00+02, 29 03:30+02"},
		{"Europe/Berlin", "30 2 * * 0", "2026-03-23", "29 03:00+02, 05 02:30+02"},
		{"Europe/Berlin", "30 2 29 3 *", "2025-04-01", "29 03:00+02, 29 02:30+02"},
		// 03:00 becomes 02:00.
		{"Europe/Berlin", "30 2 * * *", "2026-10-24", "24 02:30+02, 25 02:30+02, 26 02:30+01"},
		{"Europe/Berlin", "0 2 * * *", "2026-10-24", "24 02:00+02, 25 02:00+02, 26 02:00+01"},
		{"Europe/Berlin", "0 3 * * *", "2026-10-24", "24 03:00+02, 25 03:00+01, 26 03:00+01"},
		{"Europe/Berlin", "*/20 2-3 * * *", "2026-10-25", "25 02:00+02, 25 02:20+02, 25 02:40+02, 25 03:00+01"},
		{"Europe/Berlin", "30 * * * *", "2026-10-25", "25 00:30+02, 25 01:30+02, 25 02:30+02, 25 02:30+01, 25 03:30+01"},
		{"Europe/Berlin", "@hourly", "2026-10-25", "25 01:00+02, 25 02:00+02, 25 02:00+01, 25 03:00+01"},
		{"America/New_York", "30 2 * * *", "2026-03-07", "07 02:30-05, 08 03:00-04, 09 02:30-04"},
		{"America/New_York", "30 1 * * *", "2026-10-31", "31 01:30-04, 01 01:30-04, 02 01:30-05"},
		// 02:00 becomes 02:30, and back.
		{"Australia/Lord_Howe", "15 2 * * *", "2026-10-03", "03 02:15+1030, 04 02:30+11, 05 02:15+11"},
		{"Australia/Lord_Howe", "30 2 * * *", "2026-10-03", "03 02:30+1030, 04 02:30+11, 05 02:30+11"},
		{"Australia/Lord_Howe", "45 1 * * *", "2026-04-04", "04 01:45+11, 05 01:45+11, 06 01:45+1030"},
		{"Australia/Lord_Howe", "45 * * * *", "2026-04-05", "05 00:45+11, 05 01:45+11, 05 01:45+1030, 05 02:45+1030"},
		// Midnight becomes 01:00, and back.
		{"America/Santiago", "@daily", "2026-09-05", "06 01:00-03, 07 00:00-03, 08 00:00-03"},
		{"America/Santiago", "30 23 * * *", "2026-04-04", "04 23:30-03, 05 23:30-04, 06 23:30-04"},
		{"America/Santiago", "0 0 * * 0", "2026-09-01", "06 01:00-03, 13 00:00-03"},
		{"America/Santiago", "0 * * * 1", "2026-09-06", "07 00:00-03, 07 01:00-03"},
		{"Africa/Cairo", "@midnight", "2026-04-22", "23 00:00+02, 24 01:00+03, 25 00:00+03"},
		{"America/Havana", "30 0 * * *", "2026-10-31", "31 00:30-04, 01 00:30-04, 02 00:30-05"},
		// 23:00 becomes midnight: the run of the day that ends there comes when the next one begins.
		{"America/Nuuk", "30 23 * * *", "2026-03-27", "27 23:30-02, 29 00:00-01, 29 23:30-01"},
		// A day that never was: 30 December 2011.
		{"Pacific/Apia", "30 2 * * *", "2011-12-29", "29 02:30-10, 31 00:00+14, 31 02:30+14, 01 02:30+14"},
		{"UTC", "0 2 * * *", "2026-03-28", "28 02:00+00, 29 02:00+00"},
		{"Asia/Kolkata", "0 2 * * *", "2026-03-28", "28 02:00+0530, 29 02:00+0530"},
		// A duration does not look at the clock.
		{"Europe/Berlin", "@every 45m", "2026-10-25", "25 00:45+02, 25 01:30+02, 25 02:15+02, 25 02:00+01, 25 02:45+01"},
	} {
		t.Run(x.zone+" "+x.cron+" "+x.from, func(t *testing.T) {
			t.Parallel()
			zone := location(t, x.zone)
			s := schedule(t, x.cron, x.zone)
			at, err := time.ParseInLocation(time.DateOnly, x.from, zone)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(x.cron, "@every") {
				at = at.Add(time.Second) // midnight itself is past
			}
			var got []string
			for range strings.Count(x.want, ",") + 1 {
				at = s.Next(at)
				got = append(got, strings.TrimSuffix(at.In(zone).Format("02 15:04-0700"), "00"))
			}
			if diff := cmp.Diff(x.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Whatever the zone and the time of the day: one run each local day, also when asked from any moment in between.
func TestATimeOfTheDayComesOnceEachLocalDay(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, name := range []string{
		"Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Santiago", "America/Havana",
		"America/Asuncion", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Auckland",
		"Pacific/Chatham", "Antarctica/Troll", "Asia/Kathmandu", "UTC",
	} {
		zone := location(t, name)
		for minute := 0; minute < 24*60; minute += 75 {
			s := schedule(t, fmt.Sprintf("%d %d * * *", minute%60, minute/60), name)
			first := time.Date(2023, 6, 15, 12, 0, 0, 0, zone)
			last := s.Next(first)
			day := time.Date(last.Year(), last.Month(), last.Day(), 0, 0, 0, 0, time.UTC)
			for range 420 {
				next := s.Next(last)
				day = day.AddDate(0, 0, 1)
				if y, m, d := next.In(zone).Date(); y != day.Year() || m != day.Month() || d != day.Day() {
					t.Fatalf("%s at %02d:%02d: after %s comes %s", name, minute/60, minute%60, last, next)
				}
				between := last.Add(time.Duration(rng.Int64N(int64(next.Sub(last)))))
				if got := s.Next(between); !got.Equal(next) {
					t.Fatalf("%s at %02d:%02d: from %s on comes %s, but from %s on %s", name, minute/60, minute%60, between, got, last, next)
				}
				last = next
			}
		}
	}
}

func TestAScheduleOfEveryHourKeepsItsPace(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo"} { // whose clocks move by whole hours
		s := schedule(t, "*/15 * * * *", zone)
		at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		for range 4 * 24 * 400 {
			next := s.Next(at)
			if next.Sub(at) != 15*time.Minute {
				t.Fatalf("%s: after %s comes %s", zone, at, next)
			}
			at = next
		}
	}
}

func TestWhatIsNoSchedule(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0 2 * *":              "has 4 fields instead of five",
		"TZ=UTC 0 2 * * *":     "must not hold a time zone",
		"@every 500ms":         "write at least a second",
		"@every -5m":           "write at least a second",
		"@sometimes":           "is not a schedule",
		"0 25 * * *":           "is not a schedule",
		"0 0 30 2 *":           "never comes",
		"@every a little more": "is not a schedule",
	} {
		if _, err := ParseCron(text, time.UTC); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
