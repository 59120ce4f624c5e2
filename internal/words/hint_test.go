package words_test

import (
	"testing"

	"desklake/internal/words"
)

func TestAnAdviceCanBePastedWhereThereAreSeveralSources(t *testing.T) {
	t.Parallel()
	for advice, want := range map[string]string{
		"":                         "",
		"Run desklake sync first.": "Run desklake sync first.",
		"say so: desklake sync groups --accept-deletes.":  "say so: desklake sync groups --accept-deletes --source acme.",
		"Or: desklake state reset ticket_forms; the next": "Or: desklake state reset --source acme ticket_forms; the next",
		"say so: desklake state adopt.":                   "say so: desklake state adopt --source acme.",
		"run desklake login again":                        "run desklake login --source acme again",
		"desklake publish --force; desklake logins":       "desklake publish --force; desklake logins",
	} {
		if got := words.InSource(advice, "acme"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got := words.InSource(advice, ""); got != advice {
			t.Errorf("%q of an only source, want %q", got, advice)
		}
	}
}
