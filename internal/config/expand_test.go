package config

import (
	"testing"
)

func TestVariablesAreReplacedInValuesOnly(t *testing.T) {
	t.Setenv("DESKLAKE_TEST_NAME", "acme")
	t.Setenv("DESKLAKE_TEST_AWKWARD", `a: "b" # ${DESKLAKE_TEST_NAME} [`)
	t.Setenv("DESKLAKE_TEST_EMPTY", "")
	for text, want := range map[string]string{
		"":                         "",
		"plain":                    "plain",
		"${DESKLAKE_TEST_NAME}":    "acme",
		"<${DESKLAKE_TEST_NAME}>":  "<acme>",
		"${DESKLAKE_TEST_EMPTY}x":  "x",
		"$DESKLAKE_TEST_NAME":      "$DESKLAKE_TEST_NAME",
		"pa$$word$":                "pa$$word$",
		"$${DESKLAKE_TEST_NAME}":   "${DESKLAKE_TEST_NAME}",
		"${DESKLAKE_TEST_NAME}$${": "acme${",
		"${DESKLAKE_TEST_AWKWARD}": `a: "b" # ${DESKLAKE_TEST_NAME} [`,
		"${DESKLAKE_TEST_NAME}${DESKLAKE_TEST_NAME}": "acmeacme",
	} {
		if got, err := expand(text); err != nil || got != want {
			t.Errorf("expand(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestABrokenOrUnsetVariableIsAnError(t *testing.T) {
	t.Setenv("DESKLAKE_TEST_NAME", "acme")
	for _, text := range []string{"${", "${}", "${1}", "${A-B}", "${DESKLAKE_TEST_NAME", "${DESKLAKE_TEST_UNSET}", "$${ ${"} {
		if got, err := expand(text); err == nil {
			t.Errorf("expand(%q) = %q, want an error", text, got)
		}
	}
}
