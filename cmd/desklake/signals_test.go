//go:build unix

package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"desklake/internal/zendesktest"
)

func TestTheFirstSignalCommitsWhatWasReceivedAndLeaves(t *testing.T) {
	t.Parallel()
	for signal, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			h := newHelpdesk(t, zendesktest.Options{Tickets: 2500, AuditsPerTicket: 1, TicketBytes: 500})
			h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", After: 1, Do: zendesktest.Hang()})
			l := newLake(t, h)
			var stderr strings.Builder
			c := l.command("sync", "tickets", "users")
			c.Stderr = &stderr
			hangs := h.expect("incremental/tickets/cursor", 2)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			hangs.await(t)
			if err := c.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if got := exitCodeOf(t, c.Wait()); got != code {
				t.Errorf("exit code %d instead of %d", got, code)
			}
			if n := strings.Count(stderr.String(), "desklake: "); n != 1 || !strings.Contains(stderr.String(), "desklake: stopped before the end") {
				t.Errorf("stderr:\n%s", &stderr)
			}
			if got := l.one("SELECT count(*) FROM tickets"); got != "1000" {
				t.Errorf("%s tickets of the first page were committed", got)
			}
			if got := l.one("SELECT status FROM desklake.runs"); got != "interrupted" {
				t.Errorf("the run is %s", got)
			}

			h.Clear()
			h.Forget()
			l.sync("tickets", "users")
			for _, r := range h.Requests() {
				if strings.Contains(r.Path, "tickets") && strings.Contains(r.Query, "start_time") {
					t.Error("the next run began again from the start")
				}
			}
			undisturbed := newLake(t, h)
			undisturbed.sync("tickets", "users")
			l.equals(undisturbed)
		})
	}
}

func TestASignalThatIsSentTwiceAtOnceIsOne(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 2500, AuditsPerTicket: 1, TicketBytes: 500})
	h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", After: 1, Do: zendesktest.Hang()})
	l := newLake(t, h)
	hangs := h.expect("incremental/tickets/cursor", 2)
	c := l.start("sync", "tickets")
	hangs.await(t)
	for range 3 {
		_ = c.Process.Signal(syscall.SIGTERM) // it may have ended
		<-time.After(10 * time.Millisecond)   // or two of them arrive as one
	}
	if got := exitCodeOf(t, c.Wait()); got != 143 {
		t.Errorf("exit code %d", got)
	}
	if got := l.one("SELECT status FROM desklake.runs"); got != "interrupted" {
		t.Errorf("the run is %s", got)
	}
}

func TestASecondSignalLeavesAtOnceAndNothingIsLost(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 1000, AuditsPerTicket: 1, TicketBytes: 500})
	l := newLake(t, h)
	for range 5 {
		came := h.expect("incremental/*/*", 1)
		c := l.start("sync")
		came.await(t)
		_ = c.Process.Signal(syscall.SIGINT) // it may have ended
		_ = c.Process.Signal(syscall.SIGTERM)
		if got := exitCodeOf(t, c.Wait()); got != 130 && got != 143 && got != 0 {
			t.Errorf("exit code %d", got)
		}
	}
	l.sync()
	undisturbed := newLake(t, h)
	undisturbed.sync()
	l.equals(undisturbed)
}
