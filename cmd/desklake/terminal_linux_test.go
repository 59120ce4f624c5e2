package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"desklake/internal/cli"
	"desklake/internal/term/termtest"
	"desklake/internal/zendesktest"
)

func TestOnATerminalEachStreamHasALineThatIsNeverWrapped(t *testing.T) {
	t.Parallel()
	for _, columns := range []int{80, 50} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			t.Parallel()
			h := newHelpdesk(t, zendesktest.Options{Tickets: 50, Without: map[string]int{"sla_policies": 404}})
			h.Inject(zendesktest.Fault{Match: "groups", Times: 1, Do: zendesktest.Unavailable("")})
			h.Inject(zendesktest.Fault{Match: "macros", Do: zendesktest.Status(418, "")})
			screen, tty := termtest.Open(t, uint16(columns), 40)
			shown := make(chan string)
			go func() {
				text, _ := io.ReadAll(screen) // which ends with an error when the other end is closed
				shown <- string(text)
			}()
			c := newLake(t, h).command("sync")
			c.Stderr = tty
			err := c.Run()
			tty.Close()
			text := <-shown
			if code := exitCodeOf(t, err); code != cli.ExitPartial {
				t.Errorf("exit code %d", code)
			}
			escapes := regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]`)
			last := map[string]string{}
			logged := 0
			for line := range strings.Lines(text) {
				line = strings.TrimRight(escapes.ReplaceAllString(line, ""), "\r\n")
				mark, rest, _ := strings.Cut(line, " ")
				switch {
				case strings.HasPrefix(line, "time="):
					logged++
					if !strings.HasSuffix(line, `"`) {
						t.Errorf("a line of the log ran into another one: %q", line)
					}
				case utf8.RuneCountInString(mark) == 1:
					name, _, _ := strings.Cut(rest, " ")
					last[name] = mark
					if n := utf8.RuneCountInString(line); n >= columns {
						t.Errorf("a line of %d columns: %q", n, line)
					}
				}
			}
			for name, mark := range map[string]string{"tickets": "✓", "groups": "✓", "tags": "✓", "macros": "✗", "sla_policies": "–"} {
				if last[name] != mark {
					t.Errorf("in the end %s has the mark %q instead of %q", name, last[name], mark)
				}
			}
			if len(last) != len(allStreams(t)) || logged != 1 {
				t.Errorf("%d streams, %d lines of the log:\n%s", len(last), logged, text)
			}
		})
	}
}
