package term

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/mattn/go-runewidth"

	"desklake/internal/visible"
	"desklake/internal/words"
)

// Grid is a table for the eye: columns as wide as their widest cell, numbers to the right.
type Grid struct {
	columns []column
	rows    [][]Cell
	Cut     bool // the last column may be cut off at the edge of a terminal
}

type column struct {
	name  string
	right bool
}

// Cell is a text in a colour.
type Cell struct {
	text   string
	colour Colour
}

// In returns a cell with the text in the colour.
func In(colour Colour, text string) Cell { return Cell{text, colour} }

// Colour is how a terminal is told to write.
type Colour string

// The colours.
const (
	Plain  Colour = ""
	Bold   Colour = "\x1b[1m"
	Green  Colour = "\x1b[32m"
	Yellow Colour = "\x1b[33m"
	Red    Colour = "\x1b[31m"
	normal        = "\x1b[0m"
)

// NewGrid makes a grid with these columns; a > in front of a name aligns its column to the right. Without
// names there is no head.
func NewGrid(names ...string) *Grid {
	g := &Grid{}
	for _, name := range names {
		name, right := strings.CutPrefix(name, ">")
		g.columns = append(g.columns, column{name, right})
	}
	return g
}

// Add adds a row of texts, numbers and cells.
func (g *Grid) Add(values ...any) {
	row := make([]Cell, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case Cell:
			row[i] = v
		case int64:
			row[i].text = words.Thousands(v)
		default:
			row[i].text = fmt.Sprint(v)
		}
		row[i].text = visible.Line(row[i].text)
	}
	g.rows = append(g.rows, row)
}

// Write writes the grid, with colours if w shows them.
func (g *Grid) Write(w io.Writer) error {
	coloured := Coloured(w)
	room := math.MaxInt
	if width := Width(w); width > 0 && g.Cut {
		room = width
	}
	head := make([]Cell, len(g.columns))
	widths := make([]int, len(g.columns))
	for i, c := range g.columns {
		head[i] = Cell{c.name, Bold}
		widths[i] = columnsOf(c.name)
		for _, row := range g.rows {
			widths[i] = max(widths[i], columnsOf(row[i].text))
		}
	}
	var lines strings.Builder
	rows := g.rows
	if len(head) > 0 && head[0].text != "" {
		rows = append([][]Cell{head}, rows...)
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
				b.WriteString(gap + c.Show(coloured))
			case i == len(row)-1:
				b.WriteString(c.Show(coloured))
			default:
				b.WriteString(c.Show(coloured) + gap)
			}
			if i < len(row)-1 {
				b.WriteString(columnGap)
			}
		}
		lines.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	}
	_, err := io.WriteString(Raw(w), lines.String())
	return err
}

const columnGap = "  "

// EastAsian is how wide a terminal writes a character: those of East Asia and pictures take two columns, accents none.
// The environment has no say in it, as terminals do not ask it either.
var EastAsian = &runewidth.Condition{StrictEmojiNeutral: true}

// columnsOf is how many columns of a terminal a text takes.
func columnsOf(text string) int { return EastAsian.StringWidth(text) }

// shortened cuts a text off where there is no more room.
func shortened(text string, room int) string {
	if columnsOf(text) <= room {
		return text
	}
	return EastAsian.Truncate(text, max(1, room), "…")
}

// Print prints the text alone, with its colour if w shows it.
func (c Cell) Print(w io.Writer) {
	c.text = visible.Line(c.text)
	_, _ = io.WriteString(Raw(w), c.Show(Coloured(w))) // an error of w shows in what is printed next
}

// Show is the text, with what makes a terminal write it in its colour if that is coloured.
func (c Cell) Show(coloured bool) string {
	if !coloured || c.colour == Plain {
		return c.text
	}
	return string(c.colour) + c.text + normal
}
