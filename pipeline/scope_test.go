package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
	"desklake/pipeline"
	"desklake/schema"
	"desklake/sink"
	"desklake/state"
)

// The cursors of one account say nothing about another, whose rows would be missed and mixed with those that are there.
func TestTheRowsOfAnotherAccountAreRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, pass := range []bool{false, true} {
			dst := &kept{}
			source := scripts{{Pass: pass, Pages: pages(1, nil)}}
			job := pipeline.Job{Tables: []string{"things"}, Progress: silent{}}
			run(t, dst, job, source...)
			if got := dst.runs[0].Account; got != "things.example" {
				t.Errorf("the run is of %q", got)
			}
			commits, runs := len(dst.commits), len(dst.runs)
			job.Account = "sandbox.example"
			_, err := pipeline.Run(t.Context(), source, dst, job)
			var other *pipeline.OtherAccount
			if !errors.As(err, &other) || *other != (pipeline.OtherAccount{Stored: "things.example", Asked: "sandbox.example"}) {
				t.Errorf("pass %v: %v", pass, err)
			}
			if len(dst.commits) != commits || len(dst.runs) != runs {
				t.Error("something was written all the same")
			}
		}
	})
}

// An earlier version of desklake did not store whose rows they are.
func TestRowsOfNobodyBecomeTheAccounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{checkpoints: map[string]state.Checkpoint{"things": {Stream: "things", Cursor: "1", Tables: []string{"things"}}}}
		run(t, dst, pipeline.Job{}, script{Pages: pages(1, nil)})
		if got := dst.checkpoints["things"].Account; got != "things.example" {
			t.Errorf("the checkpoint is of %q", got)
		}
	})
}

func TestAnEarlierStartDateIsReadBesideTheCursor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 300, Users: 200, Organizations: 100})
		since := time.Now().AddDate(0, 0, -100)
		l.start = since
		l.sync()
		first := l.number("SELECT count(*) FROM tickets")
		l.start = since.AddDate(0, 0, -100)
		l.desk.UpdateTicket(1, zendesktest.Update{Comment: "meanwhile"})
		l.settle()
		remove := l.desk.Inject(zendesktest.Fault{Match: "incremental/ticket_events", Do: zendesktest.Body("{}"), After: 1})
		if result, err := l.attempt(t.Context(), pipeline.Job{}, nil); err != nil || result.Run.Status != sink.Partial {
			t.Errorf("broken off: %v, %s", err, result.Run.Status)
		}
		remove()
		l.sync()
		if second := l.number("SELECT count(*) FROM tickets"); first == 0 || second <= first {
			t.Errorf("%d tickets, then %d", first, second)
		}
		l.start = time.Time{}
		l.sync()
		l.equalsHelpdesk(allTables...)
		if left := l.list("SELECT stream FROM desklake.checkpoints WHERE stream LIKE '% %' OR start IS NOT NULL"); len(left) != 0 {
			t.Errorf("checkpoints of %v", left)
		}
		l.desk.Forget()
		l.start = since
		l.sync()
		for _, r := range l.desk.Requests() {
			if strings.Contains(r.Query, fmt.Sprint("start_time=", since.Unix())) {
				t.Errorf("a later start date is read from: %s?%s", r.Path, r.Query)
			}
		}
	})
}

// Nobody would ask for the time between again.
func TestAnEarlierStartDateIsReadUntilTheRowsThatAreThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 10, Users: 200})
		l.start = time.Now().AddDate(0, 0, -100)
		l.sync()
		l.start = time.Time{}
		remove := l.desk.Inject(zendesktest.Fault{Match: "incremental/users/cursor", Do: zendesktest.Body(`{"users":[],"after_cursor":null,"end_of_stream":true}`)})
		for range 2 {
			if result, err := l.attempt(t.Context(), pipeline.Job{}, nil); err != nil || result.Run.Status != sink.Partial {
				t.Errorf("%v, %s", err, result.Run.Status)
			}
		}
		remove()
		l.sync()
		l.equalsHelpdesk("users")
	})
}

// What was met before stays known until it is met again: the second reading of those that are broken off is to be told as well.
func TestWhatAnEarlierReadingMetStaysKnownUntilTheEndOfTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		run(t, dst, pipeline.Job{}, script{Pages: pages(5, nil)})
		met := dst.checkpoints["things"].HighWater
		source := script{Pages: pages(2, errors.New("broken off"))}
		for _, full := range []bool{true, false} {
			run(t, dst, pipeline.Job{FullRefresh: full}, source)
			c := dst.checkpoints["things"]
			if !c.Met.Equal(met) || !c.HighWater.Before(met) {
				t.Errorf("%+v", c)
			}
		}
		catalog, err := scripts{source}.Discover(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for accept, want := range map[bool]time.Time{false: met, true: {}} {
			plan, err := pipeline.Job{Tables: []string{"things"}, AcceptDeletes: accept}.Plan(scripts{source}.Scope(), catalog, dst.checkpoints)
			if err != nil || !plan.Streams[0].Met.Equal(want) {
				t.Errorf("%v, %+v", err, plan)
			}
		}
		run(t, dst, pipeline.Job{}, script{Pages: pages(3, nil)})
		if c := dst.checkpoints["things"]; !c.Met.IsZero() || c.CompleteAt.IsZero() {
			t.Errorf("%+v", c)
		}
	})
}

// It would be taken for half of what a later backfill asks for.
func TestAWindowThatWasBrokenOffIsForgottenWhenAllOfItIsReadFromTheStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		run(t, dst, pipeline.Job{}, script{Pages: pages(5, nil)})
		window := extract.Window{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
		run(t, dst, pipeline.Job{Window: window}, script{Pages: pages(2, errors.New("broken off"))})
		left := func() int { return len(pipeline.Backfills("things", dst.checkpoints)) }
		run(t, dst, pipeline.Job{}, script{Pages: pages(1, nil)})
		if n := left(); n != 1 {
			t.Errorf("%d windows are left behind an ordinary run", n)
		}
		run(t, dst, pipeline.Job{FullRefresh: true}, script{Pages: pages(5, nil)})
		if n := left(); n != 0 {
			t.Errorf("%d windows are left", n)
		}
	})
}

func TestATableWhoseRowsAreGoneIsReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		source, begun := starts()
		run(t, dst, pipeline.Job{}, source)
		c := dst.checkpoints["things"]
		c.Tables, c.Lost = nil, map[string]int64{"things": 1}
		dst.checkpoints["things"], dst.live = c, 1
		run(t, dst, pipeline.Job{}, source)
		run(t, dst, pipeline.Job{}, source)
		if !slices.Equal(*begun, []string{"", "", "2"}) {
			t.Errorf("began at %q", *begun)
		}
		if issues := dst.issues(); len(issues) != 1 || issues[0].Table != "things" || !strings.Contains(issues[0].Reason, "read again from the start") {
			t.Errorf("issues %+v", issues)
		}
	})
}

// The stream is read to its end, and its table is fresh; but somebody has to look.
func TestARecordWithoutARowIsNoSuccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		source := script{Pages: func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
			p := page(1, 1)
			p.Issues = []schema.Issue{{Table: "things", Reason: "it has no key", Count: 2, NoRow: true}, {Table: "things", Reason: "odd"}}
			yield(p, nil)
		}}
		result := run(t, dst, pipeline.Job{}, source)
		var none *pipeline.NoRows
		if !errors.As(result.Streams[0].Err, &none) || none.Records != 2 || result.Run.Status != sink.Partial {
			t.Errorf("%v, %s", result.Streams[0].Err, result.Run.Status)
		}
		if c := dst.checkpoints["things"]; c.CompleteAt.IsZero() || c.Cursor != "1" {
			t.Errorf("%+v", c)
		}
	})
}

func TestHistoryIsForgottenWhenItIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		run(t, dst, pipeline.Job{}, script{Pages: pages(1, nil)})
		run(t, dst, pipeline.Job{History: time.Hour}, script{Pages: pages(1, nil)})
		if want := []time.Time{time.Now().UTC().Add(-time.Hour)}; !slices.Equal(dst.forgotten, want) {
			t.Errorf("forgotten what was before %v", dst.forgotten)
		}
	})
}

// When a stream was read to its end stays known while it is read on, and while it fails.
func TestACheckpointTellsWhenTheStreamWasComplete(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, pass := range []bool{false, true} {
			dst := &kept{}
			run(t, dst, pipeline.Job{}, script{Pass: pass, Pages: pages(2, errors.New("no"))})
			if c := dst.checkpoints["things"]; !c.CompleteAt.IsZero() || c.Account == "" {
				t.Errorf("pass %v, cut short: %+v", pass, c)
			}
			run(t, dst, pipeline.Job{}, script{Pass: pass, Pages: pages(2, nil)})
			complete := time.Now().UTC()
			if c := dst.checkpoints["things"]; !c.CompleteAt.Equal(complete) {
				t.Errorf("pass %v, complete: %+v", pass, c)
			}
			time.Sleep(time.Hour)
			run(t, dst, pipeline.Job{}, script{Pass: pass, Pages: pages(2, errors.New("no"))})
			if c := dst.checkpoints["things"]; !c.CompleteAt.Equal(complete) || c.SavedAt.Equal(complete) {
				t.Errorf("pass %v, cut short again: %+v", pass, c)
			}
		}
	})
}

// A clock that is far ahead in one run takes nothing from the history at once; a pause does neither, but in the run after it.
func TestAClockThatWasSetAheadForgetsNothingAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		job := pipeline.Job{History: 400 * 24 * time.Hour}
		var want []time.Time
		began := time.Now()
		for _, day := range []int{0, 1, 402, 403} {
			time.Sleep(time.Duration(day)*24*time.Hour - time.Since(began))
			from := time.Now().UTC()
			switch day {
			case 0: // nothing is stored
				from = time.Time{}.Add(3 * 24 * time.Hour)
			case 402:
				from = from.AddDate(0, 0, -401+3)
			}
			want = append(want, from.Add(-job.History))
			run(t, dst, job, onePage...)
		}
		if !slices.Equal(dst.forgotten, want) {
			t.Errorf("forgotten what was before %v, want %v", dst.forgotten, want)
		}
	})
}
