// Package term prints on a terminal, or where there is none: aligned tables, colours, lines that are drawn over, JSON for
// machines.
//
// What it prints of others is shown and not obeyed. Start with NewOutput and Grid.
package term

import (
	"io"
	"os"

	"golang.org/x/term"

	"desklake/internal/visible"
)

// Output is stdout or stderr. What is written to it is shown, not obeyed: the words of the source, of files and of the
// user stand in nearly all that is printed.
type Output struct {
	*visible.Writer
	raw io.Writer
}

// NewOutput returns an Output that writes to another writer, which may be a terminal.
func NewOutput(to io.Writer) *Output { return &Output{visible.NewWriter(to), to} }

// Raw is the writer below an Output, for what desklake itself tells a terminal. It takes no words of others but by visible.Line.
func Raw(w io.Writer) io.Writer {
	if o, ok := w.(*Output); ok {
		return o.raw
	}
	return w
}

// Of is the terminal that w writes to; nil if there is none.
func Of(w io.Writer) *os.File {
	if f, ok := Raw(w).(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// Width is how many columns the terminal has that w writes to; 0 if there is none, or it does not say.
func Width(w io.Writer) int {
	f := Of(w)
	if f == nil {
		return 0
	}
	width, _, _ := term.GetSize(int(f.Fd())) // 0 beside an error
	return width
}

// Coloured reports that w is a terminal whose user has nothing against colours: https://no-color.org.
func Coloured(w io.Writer) bool {
	return Of(w) != nil && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
