package rest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// canary is a secret that is written in another way in JSON, in an address and in a page.
const canary = `q8"Zr&2+kP<uX7/w`

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// jsonStyles are the ways in which those who write JSON escape what stands in a string.
var jsonStyles = map[string]func(string) string{
	"only what must be": func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`) },
	"for web pages":     func(s string) string { return inQuotes(s) },
	"for XML, in capitals": func(s string) string {
		return strings.NewReplacer(`\`, `\\`, `"`, `\u0022`, `&`, `\u0026`, `<`, `\u003C`, `+`, `\u002B`).Replace(s)
	},
	"slashes": func(s string) string {
		return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `/`, `\/`, `&`, `\u0026`).Replace(s)
	},
	"JSON twice": func(s string) string { return inQuotes(inQuotes(s)) },
	"every character": func(s string) (all string) {
		for _, c := range []byte(s) {
			all += fmt.Sprintf(`\u%04x`, c)
		}
		return all
	},
}

func inQuotes(text string) string { return quoted(text)[1 : len(quoted(text))-1] }

func TestASecretIsBlottedHoweverJSONWritesIt(t *testing.T) {
	t.Parallel()
	for style, write := range jsonStyles {
		for _, token := range []string{canary + "abcdef", canary + `/e\nd"`, `"&"&<>"&"&<>/+/+/`} {
			for name, s := range map[string]*secrets{"header": sentWith("Bearer "+token, nil), "form": sentWith("", []string{token})} {
				if style == "every character" { // nobody writes a page so
				} else if page, found := s.page([]byte(`{"name":"a ` + write(token) + ` b"}`)); !found || string(page) != `{"name":"a *** b"}` {
					t.Errorf("%s, %s: %s", style, name, page)
				}
				if text := s.text("a " + write(token) + " b"); text != "a *** b" {
					t.Errorf("%s, %s: %s", style, name, text)
				}
			}
		}
	}
	s, other := sentWith("Bearer "+canary, nil), `{"name":"`+jsonStyles["slashes"](canary[:len(canary)-1])+`"}`
	if page, found := s.page([]byte(other)); found || string(page) != other {
		t.Errorf("another text is blotted: %s", page)
	}
}

func TestTextWithoutASecretIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	long := sentWith("Bearer "+canary, nil)
	short := sentWith("Bearer secret", []string{"abc"})
	for text, want := range map[string]string{
		"":                                      "",
		"GET /api/v2/groups: 403 Forbidden":     "GET /api/v2/groups: 403 Forbidden",
		"ä " + canary + " ü " + canary[1:]:      "ä *** ü ***",
		"refresh_token, abc, read":              "refresh_token, abc, read",
		"a SECRET, secretly":                    "a SECRET, secretly",
		canary[:7] + " is shorter than a piece": canary[:7] + " is shorter than a piece",
	} {
		if got := long.text(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := short.text("a SECRET, secretly, abc"); got != "a ***, ***ly, abc" {
		t.Error(got)
	}
}
