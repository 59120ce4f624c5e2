package zendesk

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
)

const day = 24 * time.Hour

// skews are how far a clock is wrong.
var skews = []time.Duration{-2 * day, -time.Hour, time.Hour, 2 * day}

// styles are the streams of each style, by a table of theirs.
var styles = map[string]struct {
	table  string
	o      Options
	opaque bool
}{
	"cursor export":                    {table: "tickets"},
	"cursor export without a shape":    {table: "users", opaque: true},
	"time export":                      {table: "organizations"},
	"time export without an overlap":   {table: "organizations", o: Options{Overlap: -1}},
	"events":                           {table: "ticket_audits"},
	"audits of tickets":                {table: "ticket_audits", o: Options{AuditsInFull: true}},
	"ratings":                          {table: "satisfaction_ratings"},
	"ratings without an overlap":       {table: "satisfaction_ratings", o: Options{Overlap: -1}},
	"cursor export without an overlap": {table: "tickets", o: Options{Overlap: -1}},
}

// scenario is what is wrong in one history.
type scenario struct {
	style   string
	answer  int           // whose Date is wrong; -1 for all
	date    time.Duration // by how much
	row     time.Duration // by how much some rows are dated ahead
	machine time.Duration // by how much the helpdesk's clock is ahead of this machine's
	refuse  bool          // a cursor is refused on the way
}

func (s scenario) String() string {
	return fmt.Sprintf("answer %d by %v, rows by %v, helpdesk by %v, refused %v", s.answer, s.date, s.row, s.machine, s.refuse)
}

// history reads a stream again and again while rows are made, and returns how many have not arrived in the end.
func history(t *testing.T, s scenario) (missing int, requests int) {
	t.Helper()
	style := styles[s.style]
	l := &timeline{page: 7, ahead: s.machine, opaque: style.opaque, date: func(answer int) time.Duration {
		if s.answer < 0 || answer == s.answer {
			return s.date
		}
		return 0
	}}
	o := style.o
	o.Transport, o.StartDate = l, l.now().Add(-10*day)
	r := newReplica(t, nil, o)
	for round := range 7 {
		for n := range 5 {
			time.Sleep(9 * time.Minute)
			if l.add(0); n == 2 && round%3 == 1 && s.row != 0 {
				l.add(s.row)
			}
		}
		l.refuse = s.refuse && round == 4 && style.table != "satisfaction_ratings" // whose walks begin without a cursor
		time.Sleep(time.Duration(20+17*round) * time.Second)
		r.run(style.table)
	}
	for range 3 {
		time.Sleep(30 * time.Hour)
		r.run(style.table)
	}
	for _, row := range l.rows {
		if _, ok := r.rows[style.table][fmt.Sprint(row.id)]; !ok {
			missing++
		}
	}
	return missing, l.answers
}

func TestNoClockAndNoDateKeepsARowFromArriving(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	for style := range styles {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			check := func(s scenario) {
				s.style = style
				synctest.Test(t, func(t *testing.T) {
					if missing, _ := history(t, s); missing > 0 {
						t.Errorf("%v: %d rows have not arrived", s, missing)
					}
				})
			}
			for _, row := range []time.Duration{0, time.Hour, 2 * day} {
				for _, skew := range skews {
					for _, answer := range []int{-1, 0, 1, 2, 3, 4, 6, 9, 13} {
						check(scenario{answer: answer, date: skew, row: row, refuse: answer%3 == 0})
					}
					check(scenario{machine: skew, row: row})
					check(scenario{machine: skew, row: row, refuse: true})
				}
			}
		})
	}
}

func TestAStreamWhoseClocksAreRightIsReadAtLowCost(t *testing.T) {
	t.Parallel()
	for style := range styles {
		synctest.Test(t, func(t *testing.T) {
			missing, requests := history(t, scenario{style: style})
			if missing > 0 || requests > 40 && style != "audits of tickets" {
				t.Errorf("%s: %d requests, %d rows are missing", style, requests, missing)
			}
		})
	}
}

func TestAStoredPlaceThatLiesAheadIsLeft(t *testing.T) {
	t.Parallel()
	for style, cursor := range map[string]func(at int64) string{
		"cursor export": func(at int64) string {
			return cursorMark{origin: origin{After: place{at, 7}.cursor()}}.position(time.Time{}).Cursor
		},
		"time export": func(at int64) string { return timeMark{Since: at}.position(time.Time{}).Cursor },
		"ratings": func(at int64) string {
			return ratingsMark{Next: at, Full: at, Filter: byUpdate}.position(time.Time{}).Cursor
		},
	} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &timeline{page: 7}
				r := newReplica(t, nil, Options{Transport: l, StartDate: time.Now().Add(-10 * day)})
				table := styles[style].table
				for range 10 {
					l.add(0)
					time.Sleep(10 * time.Minute)
				}
				highWater := l.rows[4].at
				for _, st := range r.source.catalog().Select([]string{table}) {
					r.positions[st.Name] = extract.Position{Cursor: cursor(time.Now().Add(2 * day).Unix()), HighWater: highWater}
				}
				r.run(table)
				for _, row := range l.rows[4:] {
					if _, ok := r.rows[table][fmt.Sprint(row.id)]; !ok {
						t.Errorf("row %d is missing", row.id)
					}
				}
			})
		})
	}
}

func TestAWindowIsReadToItsEndWhateverOneRowIsDated(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"tickets", "organizations", "satisfaction_ratings", "ticket_audits"} {
		for _, skew := range skews {
			t.Run(fmt.Sprint(table, " ", skew), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					l := &timeline{page: 5, date: func(int) time.Duration { return skew }}
					for n := range 40 {
						if l.add(0); n == 10 {
							l.add(2 * day)
						}
						time.Sleep(10 * time.Minute)
					}
					from, to := l.rows[3].at, l.rows[30].at
					r := newReplica(t, nil, Options{Transport: l})
					for _, st := range r.source.catalog().Select([]string{table}) {
						st.Window = extract.Window{From: from, To: to}
						if err := r.stream(st); err != nil {
							t.Error(err)
						}
					}
					for _, row := range l.rows {
						if _, ok := r.rows[table][fmt.Sprint(row.id)]; !ok && !row.at.Before(from) && row.at.Before(to) {
							t.Errorf("row %d is missing", row.id)
						}
					}
				})
			})
		}
	}
}
