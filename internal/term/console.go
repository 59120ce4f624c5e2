package term

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// Console draws the lines at the bottom of a terminal over those that it drew there before. It knows what mpb's own does
// not: in a terminal that was made narrower, a line can have become several.
type Console struct {
	f     *os.File
	next  bytes.Buffer // what Flush will draw
	drawn []int        // the columns of each line that will be drawn over
}

// NewConsole returns a Console on a terminal, for mpb.
func NewConsole(f *os.File) *Console { return &Console{f: f} }

// Write takes what Flush will draw.
func (c *Console) Write(b []byte) (int, error) { return c.next.Write(b) }

// ReadFrom is Write for all that r has.
func (c *Console) ReadFrom(r io.Reader) (int64, error) { return c.next.ReadFrom(r) }

// IsTerminal tells mpb that lines can be drawn over.
func (c *Console) IsTerminal() bool { return true }

// GetTermSize is how large the terminal is at this moment.
func (c *Console) GetTermSize() (columns, rows int, _ error) { return term.GetSize(int(c.f.Fd())) }

// Flush draws what was written, whose last lines will be drawn over by the next Flush.
func (c *Console) Flush(lines int) error {
	columns, _, err := c.GetTermSize()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if up := rowsOf(c.drawn, columns); up > 0 {
		fmt.Fprintf(&out, "\x1b[%dA", up)
	}
	all := bytes.SplitAfter(c.next.Bytes(), []byte("\n"))
	all = all[:len(all)-1] // which is empty behind the last end of line
	c.drawn = c.drawn[:0]
	for i, line := range all {
		line = line[:len(line)-1]
		out.Write(line)
		out.WriteString("\x1b[K\n") // what was there is removed behind the line, not before it: that would flicker
		if i >= len(all)-lines {
			c.drawn = append(c.drawn, columnsOf(string(line)))
		}
	}
	out.WriteString("\x1b[J")
	c.next.Reset()
	_, err = c.f.Write(out.Bytes())
	return err
}

// rowsOf is how many rows of a terminal lines of these lengths take.
func rowsOf(lengths []int, columns int) (rows int) {
	for _, n := range lengths {
		rows += max(1, (n+columns-1)/max(1, columns))
	}
	return rows
}
