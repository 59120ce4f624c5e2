package web

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"desklake/internal/health"
)

func document(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/status-page.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryMetricIsDocumented(t *testing.T) {
	t.Parallel()
	text := document(t)
	for line := range strings.Lines(get(t, duringRun(t, time.Now()).handler(), "/metrics").Body.String()) {
		if name, ours := strings.CutPrefix(line, "# HELP desklake_"); ours {
			name, _, _ = strings.Cut("desklake_"+name, " ")
			if !strings.Contains(text, "`"+name+"`") && !strings.Contains(text, "`"+name+"{") {
				t.Errorf("docs/status-page.md does not explain %s", name)
			}
		}
	}
}

func TestEveryKeyOfTheStatusIsDocumented(t *testing.T) {
	t.Parallel()
	text := document(t)
	var walk func(reflect.Type)
	walk = func(kind reflect.Type) {
		for kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Slice {
			kind = kind.Elem()
		}
		if kind.Kind() != reflect.Struct || kind == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range kind.NumField() {
			key, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
			if !strings.Contains(text, "`"+key+"`") && !strings.Contains(text, "`"+key+"[]`") {
				t.Errorf("docs/status-page.md does not explain %s of %s", key, kind.Name())
			}
			walk(kind.Field(i).Type)
		}
	}
	walk(reflect.TypeFor[Status]())
	for _, state := range health.States {
		if !strings.Contains(text, "| `"+string(state)+"` |") {
			t.Errorf("docs/status-page.md does not explain the state %s", state)
		}
	}
}
