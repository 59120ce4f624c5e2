package main

import (
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"

	"desklake/internal/term/termtest"
	"desklake/internal/zendesktest"
)

// hostile is what a source can say to a terminal: name the window, ring, go red, clear, go back, turn round, begin a sequence.
const hostile = "\x1b]0;OWNED\x07\x1b[31mRED\x1b[2J\r\u202e\u0085\u009b31m\u2066\u200f"

// hostileHelpdesk says that in errors and in the user's name.
func hostileHelpdesk(t *testing.T) *helpdesk {
	t.Helper()
	quoted := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	h := newHelpdesk(t, zendesktest.Options{Tickets: 10})
	h.Inject(zendesktest.Fault{Match: "users/me", Do: zendesktest.Body(quoted(map[string]any{"user": map[string]any{
		"id": 1, "name": "A" + hostile, "email": "me@example.com" + hostile, "role": "agent" + hostile, "active": true, "verified": true}}))})
	h.Inject(zendesktest.Fault{Match: "incremental/organizations", Do: zendesktest.Status(422, quoted(map[string]any{"error": hostile, "description": hostile}))})
	h.Inject(zendesktest.Fault{Match: "macros", Do: zendesktest.Status(403, quoted(map[string]any{"error": hostile, "description": hostile}))})
	return h
}

// ours are what desklake tells a terminal: colours, up, clear to the end of the line and of the screen.
var ours = regexp.MustCompile(`\x1b\[(0|1|31|32|33)m|\x1b\[\d+A|\x1b\[[KJ]|\r\n`)

// theirs is what a terminal would obey beside that.
var theirs = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f\x{80}-\x{9f}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]|\x1b\[31mRED`)

func TestATerminalIsNotToldWhatToDoByTheSource(t *testing.T) {
	t.Parallel()
	l := newLake(t, hostileHelpdesk(t))
	for _, args := range []string{"sync", "sync --log-format json", "check", "check --json", "plan", "plan --json", "status", "status --json",
		"runs", "runs last", "runs --json", "state show", "state show --json", "-v sync macros"} {
		screen, tty := termtest.Open(t, 200, 40)
		shown := make(chan string)
		go func() {
			text, _ := io.ReadAll(screen) // which ends with an error when the other end is closed
			shown <- string(text)
		}()
		c := l.command(strings.Fields(args)...)
		c.Stdout, c.Stderr = tty, tty
		c.Env = append(c.Env, "NO_COLOR=", "TERM=xterm")
		_ = c.Run() // whose exit code is another test's
		tty.Close()
		text := <-shown
		if found := theirs.FindString(ours.ReplaceAllString(strings.ReplaceAll(text, "\x1b[31mRED", "\x00"), "")); found != "" || text == "" {
			t.Errorf("%s: the terminal gets %q:\n%q", args, found, text)
		}
		if args == "status" && !strings.Contains(text, "\x1b[1mtable\x1b[0m") {
			t.Errorf("there are no colours: %q", text)
		}
		if name, _, _ := strings.Cut(args, " "); (name == "check" || name == "sync") && !strings.Contains(text, `\u202e`) {
			t.Errorf("%s: nothing is shown in its place:\n%s", args, text)
		}
	}
}

func TestAPipeGetsNoControlCharactersAndJSONStaysJSON(t *testing.T) {
	t.Parallel()
	l := newLake(t, hostileHelpdesk(t))
	for _, args := range []string{"sync", "check", "check --json", "plan --json", "status --json", "runs --json"} {
		_, stdout, stderr := l.run(strings.Fields(args)...)
		if found := theirs.FindString(stdout + stderr); found != "" {
			t.Errorf("%s: %q is printed:\n%s%s", args, found, stdout, stderr)
		}
		if strings.HasSuffix(args, "--json") && !json.Valid([]byte(stdout)) {
			t.Errorf("%s: not JSON: %s", args, stdout)
		}
	}
}
