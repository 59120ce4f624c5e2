package term

import (
	"desklake/internal/term/termtest"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestLinesOfATerminalThatWasMadeNarrowerAreDrawnOver(t *testing.T) {
	t.Parallel()
	screen, tty := termtest.Open(t, 80, 24)
	c := NewConsole(tty)
	flush := func(columns uint16, text string, lines int) {
		t.Helper()
		if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: 24}); err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprint(c, text) // into memory
		if err := c.Flush(lines); err != nil {
			t.Fatal(err)
		}
	}
	wide := strings.Repeat("a", 70)
	flush(80, "a line of the log\n"+wide+"\nb\n", 2)
	flush(80, wide+"\nb\n", 2) // two rows up
	flush(30, "a\nb\n", 2)     // three and one: what was wide has been broken
	flush(30, "a\nb\n", 2)
	tty.Close()
	text, _ := io.ReadAll(screen) // which ends with an error when the other end is closed
	var ups []string
	for _, up := range regexp.MustCompile(`\x1b\[(\d+)A`).FindAllStringSubmatch(string(text), -1) {
		ups = append(ups, up[1])
	}
	if got := strings.Join(ups, " "); got != "2 4 2" {
		t.Errorf("rows up: %s\n%q", got, text)
	}
}
