package pipeline_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"desklake/extract"
	"desklake/extract/zendesk"
	"desklake/internal/zendesktest"
	"desklake/pipeline"
	"desklake/sink"
)

// live counts the rows of a table that are not marked as gone.
func (l *lake) live(table string) int64 {
	l.t.Helper()
	return l.number("SELECT count(*) FROM " + table + " WHERE _desklake_deleted_at IS NULL")
}

// lists are the tables that complete readings fill.
func lists(t *testing.T) (names []string) {
	t.Helper()
	for _, s := range zendesk.Catalog().Select(allTables) {
		if s.Pass {
			names = append(names, s.Tables[0].Name)
		}
	}
	return names
}

// issues lists the reasons of a table's issues.
func (l *lake) issues(table string) []string {
	l.t.Helper()
	return l.list("SELECT reason FROM desklake.issues WHERE table_name = ? AND column_name = '' ORDER BY reason", table)
}

func TestRowsThatComeBackAreLiveAgainAndThoseThatStayAwayKeepTheirTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 30})
		l.sync()
		ids := map[string]int64{"tags": 1, "tickets": 3}
		for _, table := range append(lists(t), "tickets", "users", "organizations") {
			if ids[table] == 0 {
				ids[table] = l.desk.Add(table)
			}
		}
		l.settle()
		l.sync()
		var learnt []string
		times := "SELECT _desklake_deleted_at, table_name FROM (SELECT _desklake_deleted_at, 'macros' AS table_name FROM macros " +
			"UNION ALL SELECT _desklake_deleted_at, 'tickets' FROM tickets) WHERE _desklake_deleted_at IS NOT NULL ORDER BY ALL"
		for round := range 3 {
			for table, id := range ids {
				switch round {
				case 0:
					l.desk.Delete(table, id)
				case 1:
					l.desk.TouchTicket(ids["tickets"])
				default:
					l.desk.Restore(table, id)
				}
			}
			l.settle()
			result := l.sync()
			l.equalsHelpdesk(allTables...)
			switch now := l.list(times); round {
			case 0:
				learnt = now
				if n := stream(t, result, "macros").Counts["macros"].Deleted; n != 1 {
					t.Errorf("macros: %d rows were counted as deleted", n)
				}
			case 1:
				if !slices.Equal(now, learnt) {
					t.Errorf("learnt at %v, then at %v", learnt, now)
				}
			}
		}
	})
}

func TestAListThatCameBackShortMarksNothingUntilTheUserAgrees(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 20})
		l.sync("tags", "macros")
		all := l.live("tags")
		for id := range all*2/3 - 1 {
			l.desk.Delete("tags", id+2)
		}
		l.desk.Update("tags", 1, 4711)
		job := pipeline.Job{Tables: []string{"tags", "macros"}}
		for range 2 {
			l.settle()
			result, err := l.attempt(t.Context(), job, nil)
			var doubted *pipeline.Doubted
			if err != nil || !errors.As(stream(t, result, "tags").Err, &doubted) || doubted.Live != all || doubted.Missing != all*2/3-1 {
				t.Fatalf("%v, %v", err, stream(t, result, "tags").Err)
			}
			if result.Run.Status != sink.Partial || stream(t, result, "macros").Err != nil {
				t.Errorf("%s, %v", result.Run.Status, stream(t, result, "macros").Err)
			}
			if l.live("tags") != all || l.number("SELECT count FROM tags ORDER BY count DESC LIMIT 1") != 4711 {
				t.Error("the other rows are not as they must be")
			}
		}
		if got := l.issues("tags"); len(got) != 1 {
			t.Errorf("issues %q", got)
		}
		job.AcceptDeletes = true
		l.run(job)
		l.equalsHelpdesk("tags", "macros")
		if l.live("tags") != all-(all*2/3-1) {
			t.Errorf("%d live tags", l.live("tags"))
		}
	})
}

// Each way in which a list does not come to its end.
func TestAListThatIsNotReadToItsEndMarksNothing(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]zendesktest.Fault{
		"cut off":        {Match: "macros", After: 1, Do: zendesktest.Status(500, "")},
		"refused":        {Match: "macros", After: 1, Do: zendesktest.Status(400, `{"error":"BadRequest"}`)},
		"a loop":         {Match: "macros", After: 1, Do: zendesktest.CursorStuck()},
		"not all of it":  {Match: "macros", Do: zendesktest.Body(`{"macros":[],"count":250,"next_page":null}`)},
		"without an end": {Match: "macros", Do: zendesktest.Body(`{"macros":[],"meta":{"has_more":true}}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, false, zendesktest.Options{Tickets: 20, Macros: 250})
				l.sync("macros")
				l.desk.Delete("macros", 44_000_000_000_009)
				l.desk.Update("macros", 44_000_000_000_009+31, 1)
				l.settle()
				remove := l.desk.Inject(fault)
				result, err := l.attempt(t.Context(), pipeline.Job{Tables: []string{"macros"}, AcceptDeletes: true}, nil)
				if failed := stream(t, result, "macros").Err; err != nil || failed == nil {
					t.Errorf("%v, %v", err, failed)
				}
				if got := l.issues("macros"); l.live("macros") != 250 || len(got) != 1 {
					t.Errorf("%d live rows, issues %q", l.live("macros"), got)
				}
				if name == "cut off" && !errors.Is(stream(t, result, "macros").Err, extract.ErrUnreachable) {
					t.Error(stream(t, result, "macros").Err)
				}
				remove()
				l.sync("macros")
				l.equalsHelpdesk("macros")
			})
		})
	}
}

// A record without a key may be the one that is missing.
func TestAListWithARecordThatHasNoKeyMarksNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 20})
		l.sync("macros", "tags")
		all := l.live("macros")
		l.desk.Delete("macros", 44_000_000_000_009)
		remove := l.desk.Inject(zendesktest.Fault{Match: "macros", Do: zendesktest.NoKey("id")})
		l.lacking("macros", "tags")
		if got := l.issues("macros"); l.live("macros") != all || len(got) != 2 {
			t.Errorf("%d live rows, issues %q", l.live("macros"), got)
		}
		remove()
		l.sync("macros", "tags")
		l.equalsHelpdesk("macros", "tags")
	})
}

func TestAListThatChangesWhileItIsReadIsWholeInTheNextRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLake(t, false, zendesktest.Options{Tickets: 20, Macros: 450})
		l.sync("macros")
		first := int64(44_000_000_000_009)
		pages := int64(0)
		l.desk.OnRequest(func(*http.Request) {
			pages++
			l.desk.Delete("macros", first+31*pages)       // behind what is read, or in front of it
			l.desk.Delete("macros", first+31*(449-pages)) //
			l.desk.Restore("macros", first+31)            // behind it
			l.desk.Add("macros")
		})
		l.sync("macros")
		l.desk.OnRequest(nil)
		l.settle()
		l.sync("macros")
		l.equalsHelpdesk("macros")
	})
}
