package term

import (
	"strings"
	"testing"
)

// Each line's second column has to begin at the same column of a terminal, not behind the same number of characters.
func TestWideCharactersAndAccentsKeepTheColumnsOfAGrid(t *testing.T) {
	g := NewGrid("name", ">rows", "note")
	for name, columns := range map[string]int{"日本語サポート": 14, "e\u0301te\u0301": 3, "👩‍💻 team": 7, "한국어": 6, "plain": 5, "Ünïcödé": 7, "ｆｕｌｌ": 8, "…": 1} {
		if got := columnsOf(name); got != columns {
			t.Errorf("%s takes %d columns, want %d", name, got, columns)
		}
		g.Add(name, int64(1234), "|")
	}
	var b strings.Builder
	if err := g.Write(&b); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if front, _, found := strings.Cut(line, "|"); found && columnsOf(front) != 14+2+5+2 {
			t.Errorf("the last column begins at %d in %q", columnsOf(front), line)
		}
	}
}

func TestATextIsCutOffAtTheEdgeOfTheTerminal(t *testing.T) {
	for _, c := range []struct {
		text string
		room int
		want string
	}{
		{"plain", 5, "plain"}, {"plain", 4, "pla…"}, {"日本語", 6, "日本語"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"},
		{"e\u0301te\u0301s", 4, "e\u0301te\u0301s"}, {"e\u0301te\u0301s", 3, "e\u0301t…"}, {"plain", 0, "…"},
	} {
		if got := shortened(c.text, c.room); got != c.want || columnsOf(got) > max(1, c.room) {
			t.Errorf("%q in %d columns is %q, want %q", c.text, c.room, got, c.want)
		}
	}
}

func TestWhatACellHoldsStaysInItsColumn(t *testing.T) {
	g := NewGrid("name", "note")
	g.Add("one\ntwo\tthree\x1b[2J", "|")
	var b strings.Builder
	if err := g.Write(&b); err != nil {
		t.Fatal(err)
	}
	if want := "name" + strings.Repeat(" ", 22) + "note\n" + `one\ntwo\tthree\u001b[2J  |` + "\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}
