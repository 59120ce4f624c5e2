package visible_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"desklake/internal/visible"
)

func TestWhatATerminalWouldObeyIsShown(t *testing.T) {
	for _, c := range []struct{ text, shown, line string }{
		{"plain\ttext\n", "plain\ttext\n", `plain\ttext\n`},
		{"\x1b]0;title\x07\x1b[2J", `\u001b]0;title\u0007\u001b[2J`, `\u001b]0;title\u0007\u001b[2J`},
		{"over\rwritten\r\n", "over\\rwritten\\r\n", `over\rwritten\r\n`},
		{"\x00\x7f\u0085\u009b31m", `\u0000\u007f\u0085\u009b31m`, `\u0000\u007f\u0085\u009b31m`},
		{"a\u202eb\u2066c\u200fd\u061c", `a\u202eb\u2066c\u200fd\u061c`, `a\u202eb\u2066c\u200fd\u061c`},
		{"a\u2028b\u2029", `a\u2028b\u2029`, `a\u2028b\u2029`},
		{"\x9b31m, \xe6\x97", "\ufffd31m, \ufffd\ufffd", "\ufffd31m, \ufffd\ufffd"},
		{"日本語 שלום 👩‍💻 é\u00a0ü", "日本語 שלום 👩‍💻 é\u00a0ü", "日本語 שלום 👩‍💻 é\u00a0ü"},
	} {
		if got := visible.Text(c.text); got != c.shown {
			t.Errorf("%q is shown as %q, want %q", c.text, got, c.shown)
		}
		if got := visible.Line(c.text); got != c.line {
			t.Errorf("%q is shown on a line as %q, want %q", c.text, got, c.line)
		}
	}
}

// Every character that a terminal could obey, not the examples alone.
func TestNoControlCharacterIsLeft(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		control := r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f
		if r == '\n' || r == '\t' || !control {
			continue
		}
		if got := visible.Text(string(r)); strings.ContainsRune(got, r) {
			t.Errorf("%U is left as it is", r)
		}
	}
}

func TestJSONStaysTheSameJSON(t *testing.T) {
	value := map[string]string{"a\u202e\u009b": "\x1b[2J\r\n\t\u2066 \"日\\u0041\" \u2028\x7f"}
	var out bytes.Buffer
	e := json.NewEncoder(visible.NewWriter(&out))
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		t.Fatal(err)
	}
	var back map[string]string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back["a\u202e\u009b"] != value["a\u202e\u009b"] {
		t.Errorf("%s is read as %q, %v", out.Bytes(), back, err)
	}
	if strings.ContainsAny(out.String(), "\u202e\u009b\u2066\x7f") {
		t.Errorf("there is a control character in %q", out.String())
	}
}

func TestACharacterMayComeInPieces(t *testing.T) {
	const text = "日本語 👩‍💻 \u202e\x1b[2J é \xff.\n"
	var out bytes.Buffer
	if _, err := io.Copy(visible.NewWriter(&out), iotest.OneByteReader(strings.NewReader(text))); err != nil {
		t.Fatal(err)
	}
	if out.String() != visible.Text(text) {
		t.Errorf("%q, want %q", out.String(), visible.Text(text))
	}
}

func TestAWriterTellsThatItCouldNotWrite(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	if _, err := visible.NewWriter(w).Write([]byte("text")); err == nil {
		t.Error("no error")
	}
}
