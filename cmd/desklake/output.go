package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"desklake/internal/visible"
)

// output is stdout or stderr. What is written to it is shown, not obeyed: the words of the source, of files and of the
// user stand in nearly all that is printed.
type output struct {
	*visible.Writer
	raw io.Writer
}

func newOutput(to io.Writer) *output { return &output{visible.NewWriter(to), to} }

// raw is the way past that, for what desklake itself tells a terminal. It takes no words of others but by visible.Line.
func raw(w io.Writer) io.Writer {
	if o, ok := w.(*output); ok {
		return o.raw
	}
	return w
}

// terminal is the terminal that w writes to; nil if there is none.
func terminal(w io.Writer) *os.File {
	if f, ok := raw(w).(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// showsColours reports that w is a terminal whose user has nothing against colours: https://no-color.org.
func showsColours(w io.Writer) bool {
	return terminal(w) != nil && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
