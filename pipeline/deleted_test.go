package pipeline_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"desklake/internal/zendesktest"
)

// What was copied of a ticket before it was deleted stays, and stays live: tickets says that it is gone.
func TestWhatBelongsToADeletedTicketStaysLive(t *testing.T) {
	t.Parallel()
	for _, full := range []bool{false, true} {
		t.Run(fmt.Sprintf("full: %v", full), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, full, zendesktest.Options{Tickets: 10})
				ticket := l.desk.CreateTicket(zendesktest.Update{Comment: "one"})
				l.desk.UpdateTicket(ticket, zendesktest.Update{Comment: "two"})
				count := func(table string) int64 {
					return l.number(fmt.Sprintf("SELECT count(*) FROM %s WHERE ticket_id = %d AND _desklake_deleted_at IS NULL", table, ticket))
				}
				tables := []string{"tickets", "ticket_metrics", "ticket_audits", "ticket_comments"}
				l.settle()
				l.sync(tables...)
				l.desk.Delete("tickets", ticket)
				l.settle()
				l.sync(tables...)
				l.equalsHelpdesk(tables...)
				if m, a, c := count("ticket_metrics"), count("ticket_audits"), count("ticket_comments"); m != 1 || a < 2 || c != 2 {
					t.Errorf("%d metrics, %d audits and %d comments of the deleted ticket", m, a, c)
				}
				if n := l.number("SELECT count(*) FROM tickets WHERE id = ? AND status = 'deleted' AND _desklake_deleted_at IS NOT NULL", ticket); n != 1 {
					t.Error("the ticket is not marked as deleted")
				}
				l.desk.Restore("tickets", ticket)
				l.settle()
				l.sync(tables...)
				l.equalsHelpdesk(tables...)
			})
		})
	}
}

// A field that the API leaves out, or sends as null or in another type, tells nothing of the record.
func TestOnlyAValueMakesADeletedRecordLiveAgain(t *testing.T) {
	t.Parallel()
	for table, record := range map[string]struct{ field, live string }{"users": {"active", "true"}, "tickets": {"status", `"open"`}} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, false, zendesktest.Options{Tickets: 10})
				id := l.desk.Add(table)
				l.desk.Delete(table, id)
				l.settle()
				l.sync(table)
				isGone := func() bool {
					return l.number(fmt.Sprintf("SELECT count(*) FROM %s WHERE id = ? AND _desklake_deleted_at IS NOT NULL", table), id) == 1
				}
				for _, says := range []string{"null", `{"of":"another type"}`, record.live} {
					if !isGone() {
						t.Errorf("it lives before %s is %s", record.field, says)
					}
					l.desk.Set(table, id, record.field, says)
					l.settle()
					l.sync(table)
				}
				if isGone() {
					t.Error("it is still gone, and says that it lives")
				}
			})
		})
	}
}

// Nothing gives a comment again that was made private, but its ticket's audits: with audits: full they are read, with
// audits: events only the audit of the change comes.
func TestACommentThatIsMadePrivateLater(t *testing.T) {
	t.Parallel()
	for _, full := range []bool{false, true} {
		t.Run(fmt.Sprintf("full: %v", full), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, full, zendesktest.Options{Tickets: 10})
				ticket := l.desk.CreateTicket(zendesktest.Update{Comment: "my card is 4711"})
				l.settle()
				l.sync()
				comment := l.number("SELECT min(id) FROM ticket_comments WHERE ticket_id = ?", ticket)
				time.Sleep(time.Hour)
				l.desk.CreateTicket(zendesktest.Update{}) // or the overlap would read it again
				l.settle()
				l.sync()
				l.desk.MakePrivate(ticket, comment)
				l.settle()
				l.sync()
				public := l.list("SELECT public FROM ticket_comments WHERE id = ?", comment)
				if want := fmt.Sprint(!full); !slices.Equal(public, []string{want}) {
					t.Errorf("public is %v, want %s", public, want)
				}
				told := l.number("SELECT count(*) FROM ticket_audits WHERE ticket_id = ? AND events::VARCHAR LIKE '%CommentPrivacyChange%' AND events::VARCHAR LIKE ?",
					ticket, fmt.Sprintf("%%%d%%", comment))
				if told != 1 {
					t.Errorf("%d audits tell of it", told)
				}
			})
		})
	}
}

// What the helpdesk scrubs can come without the time that orders versions.
func TestADeletedTicketWithoutAVersionIsMarked(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"null", `"2026-11-27"`, "1795779996000"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLake(t, false, zendesktest.Options{Tickets: 10})
				ticket := l.desk.CreateTicket(zendesktest.Update{Comment: "one"})
				l.settle()
				l.sync("tickets")
				l.desk.Delete("tickets", ticket)
				l.settle()
				l.desk.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Do: zendesktest.Field("generated_timestamp", version)})
				l.sync("tickets")
				if n := l.number("SELECT count(*) FROM tickets WHERE id = ? AND status = 'deleted' AND _desklake_deleted_at IS NOT NULL", ticket); n != 1 {
					t.Error("the ticket is not marked as deleted")
				}
			})
		})
	}
}
