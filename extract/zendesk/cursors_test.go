package zendesk

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
)

// says reports that one of the issues has the words in its reason.
func says(issues []issue, words string) bool {
	return slices.ContainsFunc(issues, func(i issue) bool { return strings.Contains(i.Reason, words) })
}

func TestARefusedCursorFallsBackToTheHighWaterMark(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"tickets", "users"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 300, Users: 250})
				r := newReplica(t, desk, Options{})
				r.run(table)
				time.Sleep(time.Hour)
				desk.Change(testRand(t), 100)
				time.Sleep(2 * time.Minute)
				desk.Inject(zendesktest.Fault{Times: 1, Do: zendesktest.InvalidCursor()})
				r.read = 0
				r.run(table)
				r.holds(desk, table)
				if !says(r.issues, "the cursor was refused") {
					t.Errorf("issues: %+v", r.issues)
				}
				if r.read > 150 {
					t.Errorf("%d rows were read again", r.read)
				}
			})
		})
	}
}

func TestACursorThatIsRefusedAgainIsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 30})
		r := newReplica(t, desk, Options{GiveUpAfter: time.Minute})
		desk.Inject(zendesktest.Fault{Do: zendesktest.InvalidCursor()})
		desk.Inject(zendesktest.Fault{Do: zendesktest.TooLarge(10)})
		r.try("tickets")
		if err := r.errs["tickets"]; err == nil || !strings.Contains(err.Error(), "InvalidCursor") {
			t.Errorf("error: %v", err)
		}
	})
}

func TestAStreamThatNeverEndsIsAnErrorThatNamesItsPlaceAndKeepsTheRows(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]zendesktest.Effect{
		"endless": zendesktest.EndlessStream(), "stuck": zendesktest.CursorStuck(), "empty": zendesktest.EmptyPageNotLast(),
	} {
		for table, words := range map[string]string{
			"tickets": "cursor", "users": "cursor", "organizations": "start_time", "ticket_audits": "start_time", "macros": "cursor",
			"satisfaction_ratings": "cursor",
		} {
			t.Run(name+" "+table, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					desk := zendesktest.New(zendesktest.Options{Tickets: 150, Macros: 150})
					r := newReplica(t, desk, Options{})
					desk.Inject(zendesktest.Fault{Do: effect})
					r.try(table)
					for _, err := range r.errs {
						if !strings.Contains(err.Error(), words) {
							t.Errorf("error: %v", err)
						}
						isToldAsTheHelpdesksOwn(t, err)
					}
					if len(r.errs) == 0 && name != "stuck" { // lists of one page are not asked for by cursor
						t.Error("no error")
					}
					if name == "endless" {
						r.holds(desk, table)
					}
					if n := len(desk.Requests()); n > 30 {
						t.Errorf("%d requests", n)
					}
				})
			})
		}
	}
}

func TestAStartWithinTheLastMinuteIsNothingToDo(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 422} {
		synctest.Test(t, func(t *testing.T) {
			desk := zendesktest.New(zendesktest.Options{Tickets: 10, TooRecent: status})
			r := newReplica(t, desk, Options{StartDate: time.Now().Add(-30 * time.Second)})
			tables := []string{"tickets", "users", "organizations", "ticket_audits"}
			r.run(tables...)
			if r.read > 0 {
				t.Errorf("%d rows", r.read)
			}
			id := desk.Add("tickets")
			time.Sleep(5 * time.Minute)
			r.run(tables...)
			if _, ok := r.rows["tickets"][itoa(id)]; !ok {
				t.Error("the ticket that was made since is missing")
			}
		})
	}
}

func TestTheClockOfThisMachineDoesNotMatter(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	for _, ahead := range []time.Duration{-3 * 365 * 24 * time.Hour, -time.Hour, 3 * time.Hour, 20 * 365 * 24 * time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				now := func() time.Time { return time.Now().Add(ahead) }
				desk := zendesktest.New(zendesktest.Options{Tickets: 120, Now: now, Since: now().AddDate(0, -2, 0)})
				r := newReplica(t, desk, Options{})
				last := time.Time{}
				r.stop = func(p extract.Page) bool { last = p.Received; return false }
				for range 3 {
					r.run(allTables()...)
					if off := now().Sub(last); off < 0 || off > 2*time.Second {
						t.Errorf("the page was received at %v, and it is %v", last, now())
					}
					time.Sleep(time.Hour)
					desk.Change(testRand(t), 40)
					time.Sleep(2 * time.Minute)
				}
				r.run(allTables()...)
				r.holdsAll(desk)
			})
		})
	}
}

func TestASecondWithMoreRowsThanAPage(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	for name, test := range map[string]struct {
		table string
		rows  int
		noted bool
	}{
		"tickets":                         {"tickets", 2100, false},
		"users":                           {"users", 1500, false},
		"as many organizations as a page": {"organizations", 1000, true},
		"more organizations than a page":  {"organizations", 1300, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				desk := zendesktest.New(zendesktest.Options{Tickets: 20, TicketBytes: 500, Organizations: 20})
				desk.Burst(test.table, test.rows)
				time.Sleep(10 * time.Second)
				behind := desk.Add(test.table)
				time.Sleep(10 * time.Minute)
				r := newReplica(t, desk, Options{})
				r.run(test.table)
				if _, ok := r.rows[test.table][itoa(behind)]; !ok {
					t.Error("the row behind the second is missing")
				}
				noted := slices.ContainsFunc(r.issues, func(i issue) bool { return i.NoRow && strings.Contains(i.Reason, "more rows may share a second") })
				if noted != test.noted {
					t.Errorf("issues: %+v", r.issues)
				}
				r.holds(desk, test.table)
				r.issues = nil
				desk.Forget()
				r.run(test.table)
				if len(desk.Requests()) > 4 || says(r.issues, "more rows may share a second") {
					t.Errorf("the second sync took %d requests, with issues %+v", len(desk.Requests()), r.issues)
				}
			})
		})
	}
}

func TestEventsBeyondAPageOfOneSecondAreNotedAsMissing(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long under the race detector, and has no goroutines of its own")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		desk := zendesktest.New(zendesktest.Options{Tickets: 20, TicketBytes: 500})
		desk.Burst("tickets", 1100)
		time.Sleep(10 * time.Second)
		desk.Add("tickets")
		time.Sleep(10 * time.Minute)
		r := newReplica(t, desk, Options{})
		r.run("ticket_audits")
		if !says(r.issues, "those beyond the page are missing") {
			t.Errorf("issues: %+v", r.issues)
		}
		missing := 0
		for record := range desk.Truth("ticket_audits") {
			if _, ok := r.rows["ticket_audits"][record.Key]; !ok && !record.Deleted {
				missing++
			}
		}
		if missing != 100 {
			t.Errorf("%d audits are missing", missing)
		}
	})
}
