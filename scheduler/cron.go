package scheduler

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// ParseCron reads minute, hour, day of the month, month and day of the week, or a word such as @daily or @every 15m,
// as times of the zone. What the schedule does in the two nights in which a zone sets its clock is said at Next of what
// it returns. The error completes a sentence that begins with the text's place.
func ParseCron(text string, zone *time.Location) (cron.Schedule, error) {
	text = strings.TrimSpace(text)
	fields := len(strings.Fields(text))
	switch {
	case strings.Contains(text, "TZ="):
		return nil, errors.New("must not hold a time zone: write it under timezone")
	case !strings.HasPrefix(text, "@") && fields != 5:
		return nil, fmt.Errorf("has %d fields instead of five: minute, hour, day of the month, month, day of the week", fields)
	}
	if every, found := strings.CutPrefix(text, "@every "); found { // the library makes a second of what is shorter
		if pace, err := time.ParseDuration(every); err == nil && pace < time.Second {
			return nil, errors.New("is not a schedule: write at least a second after @every")
		}
	}
	schedule, err := cron.ParseStandard(text)
	if err != nil {
		return nil, fmt.Errorf("is not a schedule: %w", err)
	}
	if fields, ok := schedule.(*cron.SpecSchedule); ok {
		fields.Location = time.UTC
		schedule = &clock{fields: fields, zone: zone, times: fields.Hour&everyHour != everyHour}
	}
	if schedule.Next(time.Now()).IsZero() {
		return nil, errors.New("never comes: there is no such day")
	}
	return schedule, nil
}

const everyHour = 1<<24 - 1

// clock is a schedule by the clock of a zone. The library alone leaves out a time that the clock jumps over and runs
// twice at one that it shows twice. So it is only asked about readings of a clock that is never set, as if they were UTC.
type clock struct {
	fields *cron.SpecSchedule
	zone   *time.Location
	times  bool // it names times of the day, and not every hour
}

// Next returns the first time after t, in the zone; zero if none comes within five years.
//
// A schedule that names hours, such as 30 2 * * *, comes once for each time of the day that it names: where the clock
// jumps over it, at the moment of the jump (once, if it jumps over several), and where the clock shows it twice, the
// first time. One of every hour, such as */15 * * * *, keeps its pace: it comes whenever the clock shows its minute.
func (s *clock) Next(t time.Time) time.Time {
	t = t.In(s.zone)
	after := reading(t)
	if start, _ := t.ZoneBounds(); s.times && !start.IsZero() {
		after = later(after, readingBefore(start).Add(-time.Second)) // what the clock showed before it was set back is past
	}
	for {
		shown := s.fields.Next(after)
		if shown.IsZero() {
			return time.Time{}
		}
		at := t.Add(shown.Sub(reading(t)))
		_, set := t.ZoneBounds() // when the clock is set next
		if set.IsZero() || at.Before(set) {
			return at
		}
		set = set.In(s.zone)
		if s.times && shown.Before(reading(set)) {
			return set
		}
		after = reading(set)
		if s.times {
			after = later(after, readingBefore(set))
		}
		t, after = set, after.Add(-time.Second) // which Next begins behind
	}
}

// reading is what the clock shows, as if it stood in UTC.
func reading(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// readingBefore is what the clock would show at the time at which it was set, had it not been set.
func readingBefore(set time.Time) time.Time { return reading(set.Add(-time.Second)).Add(time.Second) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
