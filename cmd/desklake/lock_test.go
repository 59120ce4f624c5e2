package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"desklake/internal/cli"
	"desklake/internal/zendesktest"
)

// held starts a run that holds the lake's file until it is told to stop or killed.
func held(h *helpdesk, l *lake) *exec.Cmd {
	h.Inject(zendesktest.Fault{Match: "incremental/users/cursor", Times: 1, Do: zendesktest.Hang()})
	hangs := h.expect("incremental/users/cursor", 1)
	c := l.start("sync", "users")
	hangs.await(l.t)
	return c
}

func TestAFileThatAnotherRunHoldsIsExitCode75AndNamesIt(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 30})
	l := newLake(t, h, "lock_wait: 0s")
	holder := held(h, l)
	for _, args := range []string{"sync", "status"} {
		code, stdout, stderr := l.run(args)
		name := fmt.Sprintf("(PID %d)", holder.Process.Pid)
		if code != cli.ExitLocked || !strings.Contains(stderr, name+"\n  Run again when that has ended") || strings.Count(stderr, "desklake: ") != 1 || stdout != "" {
			t.Errorf("%s: exit code %d\n%s%s", args, code, stdout, stderr)
		}
	}

	// A crash releases the lock.
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait()
	l.sync()
	if got := l.query("SELECT status FROM desklake.runs ORDER BY started_at"); strings.Join(got, " ") != "killed done" {
		t.Errorf("the runs are %v", got)
	}
}

func TestARunWaitsForTheFileAndSaysSoOnce(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 30})
	l := newLake(t, h, "lock_wait: 5m")
	holder := held(h, l)
	c := l.command("--log-format", "text", "sync")
	stderr, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if strings.Contains(lines.Text(), "waiting") {
			said = append(said, lines.Text())
			_ = holder.Process.Kill()
			_ = holder.Wait()
		}
	}
	if code := exitCodeOf(t, c.Wait()); code != cli.ExitDone {
		t.Errorf("exit code %d", code)
	}
	if len(said) != 1 || !strings.Contains(said[0], fmt.Sprintf("(PID %d); waiting for up to 5m0s", holder.Process.Pid)) {
		t.Errorf("it said: %q", said)
	}
}

func TestAWaitingRunCanBeInterrupted(t *testing.T) {
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 30})
	l := newLake(t, h, "lock_wait: 5m")
	holder := held(h, l)
	c := l.command("sync")
	stderr, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if strings.Contains(lines.Text(), "waiting") {
			_ = c.Process.Signal(os.Interrupt)
		}
	}
	if code := exitCodeOf(t, c.Wait()); code != 130 {
		t.Errorf("exit code %d", code)
	}
	_ = holder.Process.Kill()
	_ = holder.Wait()
}
