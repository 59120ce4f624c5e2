package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"desklake/internal/zendesktest"
)

// helpdeskProgram is a helpdesk in a process of its own. It prints its address, does what the lines of its input say and
// answers each with a line, until the input ends.
func helpdeskProgram() {
	h, stop, err := startHelpdesk(zendesktest.Options{
		Seed: 1, Tickets: killedTickets, AuditsPerTicket: 2, TicketBytes: 600, Latency: 2 * time.Millisecond, Limits: soakLimits,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer stop()
	fmt.Println(h.url)
	rng := rand.New(rand.NewPCG(1, 2))
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		switch act := lines.Text(); act {
		case "change":
			h.manyThings(rng, true)
		case "minutes": // pass
			h.later(func() {})
		case "fault":
			f := soakFaults[rng.IntN(len(soakFaults))]
			f.Every = 2 + rng.IntN(6)
			h.Inject(f)
		case "clear":
			h.Clear()
		default:
			panic(act)
		}
		h.Forget()
		fmt.Println("done")
	}
}

// soakLimits let a run a minute through, and now and then one has to wait.
var soakLimits = zendesktest.Limits{Account: 400, Exports: 30, CursorExports: 30, TicketFields: 20, Tickets: 100, Audits: 500}

// soakFaults are what goes wrong at times; Every is set by chance.
var soakFaults = []zendesktest.Fault{
	{Do: zendesktest.Unavailable("")}, {Do: zendesktest.Unavailable("2")}, {Do: zendesktest.RateLimited("1")},
	{Do: zendesktest.Reset()}, {Do: zendesktest.GatewayTimeout()}, {Do: zendesktest.CutBody(100)},
	{Match: "incremental/*", Do: zendesktest.NotJSON()}, {Do: zendesktest.Unauthorized(), Times: 3},
	{Match: "groups", Do: zendesktest.Forbidden()}, {Match: "macros", Do: zendesktest.Status(418, "")},
	{Match: "incremental/users/cursor", Do: zendesktest.InvalidCursor()},
	{Match: "tags", Do: zendesktest.SlowDrip(200, 20*time.Millisecond)},
}

// distantHelpdesk is one in a process of its own.
type distantHelpdesk struct {
	t   *testing.T
	url string
	in  io.WriteCloser
	out *bufio.Reader
	pid int
}

func startDistantHelpdesk(t *testing.T, lasts time.Duration) *distantHelpdesk {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), lasts+patience)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, "distant-helpdesk")
	c.Stderr = os.Stderr
	h := &distantHelpdesk{t: t}
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	h.in, h.out, h.pid = in, bufio.NewReader(out), c.Process.Pid
	if _, err := fmt.Fscan(h.out, &h.url); err != nil {
		t.Fatal(err)
	}
	return h
}

// does makes it act.
func (h *distantHelpdesk) does(acts ...string) {
	h.t.Helper()
	for _, act := range acts {
		var answer string
		_, err := fmt.Fprintln(h.in, act)
		if err == nil {
			_, err = fmt.Fscan(h.out, &answer)
		}
		if err != nil || answer != "done" {
			h.t.Fatalf("helpdesk: %s: %q, %v", act, answer, err)
		}
	}
}
