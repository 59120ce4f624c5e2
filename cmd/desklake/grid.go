package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"

	"desklake/internal/visible"
)

// grid is a table for the eye: columns as wide as their widest cell, numbers to the right.
type grid struct {
	columns []column
	rows    [][]cell
	cut     bool // the last column may be cut off at the edge of a terminal
}

type column struct {
	name  string
	right bool
}

// cell is a text in a colour.
type cell struct {
	text   string
	colour colour
}

// colour is how a terminal is told to write.
type colour string

const (
	plain  colour = ""
	bold   colour = "\x1b[1m"
	green  colour = "\x1b[32m"
	yellow colour = "\x1b[33m"
	red    colour = "\x1b[31m"
	normal        = "\x1b[0m"
)

// newGrid makes a grid with these columns; a > in front of a name aligns its column to the right. Without
// names there is no head.
func newGrid(names ...string) *grid {
	g := &grid{}
	for _, name := range names {
		name, right := strings.CutPrefix(name, ">")
		g.columns = append(g.columns, column{name, right})
	}
	return g
}

// add adds a row of texts, numbers and cells.
func (g *grid) add(values ...any) {
	row := make([]cell, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case cell:
			row[i] = v
		case int64:
			row[i].text = thousands(v)
		default:
			row[i].text = fmt.Sprint(v)
		}
		row[i].text = visible.Line(row[i].text)
	}
	g.rows = append(g.rows, row)
}

// write writes the grid, with colours if w shows them.
func (g *grid) write(w io.Writer) error {
	coloured := showsColours(w)
	room := math.MaxInt
	if f := terminal(w); f != nil && g.cut {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			room = width
		}
	}
	head := make([]cell, len(g.columns))
	widths := make([]int, len(g.columns))
	for i, c := range g.columns {
		head[i] = cell{c.name, bold}
		widths[i] = columnsOf(c.name)
		for _, row := range g.rows {
			widths[i] = max(widths[i], columnsOf(row[i].text))
		}
	}
	var lines strings.Builder
	rows := g.rows
	if len(head) > 0 && head[0].text != "" {
		rows = append([][]cell{head}, rows...)
	}
	for _, row := range rows {
		var b strings.Builder
		left := room
		for i, c := range row {
			if i == len(row)-1 {
				c.text = shortened(c.text, left)
			}
			left -= widths[i] + len(columnGap)
			gap := strings.Repeat(" ", max(0, widths[i]-columnsOf(c.text)))
			switch {
			case g.columns[i].right:
				b.WriteString(gap + c.in(coloured))
			case i == len(row)-1:
				b.WriteString(c.in(coloured))
			default:
				b.WriteString(c.in(coloured) + gap)
			}
			if i < len(row)-1 {
				b.WriteString(columnGap)
			}
		}
		lines.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	}
	_, err := io.WriteString(raw(w), lines.String())
	return err
}

const columnGap = "  "

// eastAsian is how wide a terminal writes a character: those of East Asia and pictures take two columns, accents none.
// The environment has no say in it, as terminals do not ask it either.
var eastAsian = &runewidth.Condition{StrictEmojiNeutral: true}

// columnsOf is how many columns of a terminal a text takes.
func columnsOf(text string) int { return eastAsian.StringWidth(text) }

// shortened cuts a text off where there is no more room.
func shortened(text string, room int) string {
	if columnsOf(text) <= room {
		return text
	}
	return eastAsian.Truncate(text, max(1, room), "…")
}

// print prints the text alone, with its colour if w shows it.
func (c cell) print(w io.Writer) {
	c.text = visible.Line(c.text)
	_, _ = io.WriteString(raw(w), c.in(showsColours(w))) // an error of w shows in what is printed next
}

func (c cell) in(coloured bool) string {
	if !coloured || c.colour == plain {
		return c.text
	}
	return string(c.colour) + c.text + normal
}
