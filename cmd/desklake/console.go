package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// console draws the lines at the bottom of a terminal over those that it drew there before. It knows what mpb's own does
// not: in a terminal that was made narrower, a line can have become several.
type console struct {
	f     *os.File
	next  bytes.Buffer // what Flush will draw
	drawn []int        // the columns of each line that will be drawn over
}

func (c *console) Write(b []byte) (int, error)               { return c.next.Write(b) }
func (c *console) ReadFrom(r io.Reader) (int64, error)       { return c.next.ReadFrom(r) }
func (c *console) IsTerminal() bool                          { return true }
func (c *console) GetTermSize() (columns, rows int, _ error) { return term.GetSize(int(c.f.Fd())) }

// Flush draws what was written, whose last lines will be drawn over by the next Flush.
func (c *console) Flush(lines int) error {
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
