// Package visible makes the characters visible that a terminal or a browser would obey.
//
// What a source, a file or a user says stands in nearly everything that is printed: in errors, names, cursors. An escape
// sequence in it could clear the screen or name the window, a bell ring, a direction mark turn the rest of the line round.
package visible

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text returns the text with each control character, and each mark that changes the direction of writing, as JSON writes
// it: \u001b. So JSON stays the same JSON. Line ends and tabs stay; a byte that is no UTF-8 becomes U+FFFD.
func Text(text string) string { return shown(text, obeyed) }

// Line is Text for what has to stay on one line and in its column: line ends are shown as \n and tabs as \t.
func Line(text string) string {
	return shown(text, func(r rune) bool { return obeyed(r) || r == '\n' || r == '\t' })
}

// obeyed reports that a terminal or a browser does something at the character instead of showing it.
func obeyed(r rune) bool {
	switch {
	case r == '\n', r == '\t':
		return false
	case r < 0x80:
		return r < ' ' || r == 0x7f
	}
	return unicode.In(r, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
}

func shown(text string, hidden func(rune) bool) string {
	broken := !utf8.ValidString(text)
	if !broken && !strings.ContainsFunc(text, hidden) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !hidden(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return b.String()
}

// Writer writes what is written to it as Text has it. It may be used by several goroutines.
type Writer struct {
	mu   sync.Mutex // guards what follows
	to   io.Writer
	half []byte // the beginning of a character whose end is not written yet
}

// NewWriter returns a Writer to another one.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to} }

// Write implements io.Writer. The beginning of a character waits for its end, which comes with the next Write.
func (w *Writer) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	whole := append(w.half, b...)
	end := len(whole)
	for i := max(0, end-utf8.UTFMax+1); i < end; i++ {
		if utf8.RuneStart(whole[i]) && !utf8.FullRune(whole[i:]) {
			end = i
		}
	}
	w.half = append([]byte(nil), whole[end:]...)
	if _, err := io.WriteString(w.to, Text(string(whole[:end]))); err != nil {
		return 0, err
	}
	return len(b), nil
}
