package pipeline_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"desklake/extract"
	"desklake/internal/zendesktest"
	"desklake/pipeline"
	"desklake/sink"
)

// A list that gave rows and broke off was there: the next refusal is no matter of the plan.
func TestAListThatBrokeOffIsNotLackingTheNextNight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dst := &kept{}
		other := script{Name: "other", Pages: pages(1, nil)}
		run(t, dst, pipeline.Job{}, script{Pass: true, Pages: pages(1, errors.New("500"))}, other)
		refusal := &extract.Unavailable{Stream: "things", Reason: "it needs a larger plan", Err: errors.New("403")}
		r := run(t, dst, pipeline.Job{}, script{Pass: true, Pages: func(_ context.Context, _ extract.Position, yield func(extract.Page, error) bool) {
			yield(extract.Page{}, refusal)
		}}, other)
		if r.Run.Status != sink.Partial {
			t.Errorf("%s, %v", r.Run.Status, r.Streams[0].Unavailable)
		}
	})
}

// What an earlier start date adds is tried again like everything else, as long as a record of it has no row.
func TestAnEarlierStartDateKeepsWhatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	for table, endpoint := range map[string]string{"users": "incremental/users/cursor", "tickets": "incremental/tickets/cursor"} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, false, zendesktest.Options{Tickets: 60, Users: 60, Organizations: 20})
				l.start = time.Now().AddDate(0, 0, -100)
				l.sync(table)
				l.start = time.Time{}
				remove := l.desk.Inject(zendesktest.Fault{Match: endpoint, After: 1, Times: 1, Do: zendesktest.Field("id", `"none"`)})
				l.lacking(table)
				remove()
				l.settle()
				l.sync(table)
				l.equalsHelpdesk(table)
				if left := l.list("SELECT stream FROM desklake.checkpoints WHERE stream LIKE '% %' OR start IS NOT NULL"); len(left) != 0 {
					t.Errorf("checkpoints of %v", left)
				}
			})
		})
	}
}

// Audits that are not found in a window are asked for again: nothing else will ever do that.
func TestAuditsThatAreNotFoundInAWindowAreNotForgotten(t *testing.T) {
	t.Parallel()
	gone := zendesktest.Status(404, `{"error":"RecordNotFound","description":"Not found"}`)
	for _, backfill := range []bool{true, false} {
		t.Run(map[bool]string{true: "backfill", false: "earlier start date"}[backfill], func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, true, zendesktest.Options{Tickets: 60, AuditsPerTicket: 2})
				l.start = time.Now().AddDate(0, 0, -100)
				l.sync("ticket_audits")
				job := pipeline.Job{Tables: []string{"ticket_audits"}}
				if backfill {
					job.Window = extract.Window{From: time.Unix(0, 0), To: l.start}
				} else {
					l.start = time.Time{}
				}
				remove := l.desk.Inject(zendesktest.Fault{Match: "tickets/3/audits", Do: gone})
				for range 2 {
					result, err := l.attempt(t.Context(), job, nil)
					if err != nil || result.Run.Status == sink.Done {
						t.Fatalf("%s, %v", result.Run.Status, err)
					}
					var none *pipeline.NoRows
					if err := stream(t, result, "ticket_audits").Err; !errors.As(err, &none) || strings.Contains(none.Hint(), "same backfill") != backfill {
						t.Errorf("%v", err)
					}
				}
				remove()
				l.run(job)
				l.equalsHelpdesk("ticket_audits")
				if left := l.list("SELECT stream FROM desklake.checkpoints WHERE stream LIKE '% %' OR start IS NOT NULL AND NOT $1", backfill); len(left) != 0 {
					t.Errorf("checkpoints of %v", left)
				}
			})
		})
	}
}

// That the user accepts deletions says nothing about a record whose key did not come.
func TestAcceptedDeletesSpareARecordWithoutItsKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 5})
		l.sync("macros")
		before := l.live("macros")
		l.desk.Inject(zendesktest.Fault{Match: "macros", Times: 1, Do: zendesktest.Field("id", `"none"`)})
		if _, err := l.attempt(t.Context(), pipeline.Job{Tables: []string{"macros"}, AcceptDeletes: true}, nil); err != nil {
			t.Error(err)
		}
		if after := l.live("macros"); after != before {
			t.Errorf("%d live macros, then %d, and none was deleted", before, after)
		}
	})
}
