package cli

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"desklake/extract"
	"desklake/internal/setup"
	"desklake/internal/toy"
)

// A source that nothing but one entry in a map knows of.
func TestASourceThatIsNewIsServedByEveryCommand(t *testing.T) {
	t.Parallel()
	zoo := new(toy.Zoo)
	toy.Zoos.Store(t.Name(), zoo)
	for id := range 25 {
		zoo.Change(id+1, fmt.Sprint("n", id), id == 7)
	}
	zoo.Kinds("cat", "dog", "fish")
	p := Program{Version: "test", Drivers: setup.Drivers{Sinks: drivers.Sinks, Sources: maps.Clone(drivers.Sources)}}
	p.Drivers.Sources["toy"] = extract.Driver{New: func() extract.Config { return new(toy.Config) }, Catalog: toy.Catalog}
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	text := "source: {type: toy, zoo: " + t.Name() + "}\nsink: {type: duckdb, path: zoo.duckdb}\ntables: [animals, kinds]\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(code int, words string, args ...string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := Main(p, append(args, "-c", config), &stdout, &stderr); got != code || !strings.Contains(stdout.String(), words) {
			t.Errorf("%v: exit code %d, want %d with %q\n%s%s", args, got, code, words, &stdout, &stderr)
		}
	}
	run(ExitDone, "will be created, with 2 tables", "plan")
	run(ExitDone, "will be created", "check")
	run(ExitDone, "28 new", "sync")
	run(ExitDone, "animals    24        1", "status")
	zoo.Change(3, "renamed", false)
	zoo.Kinds("cat", "dog")
	run(ExitDone, "0 new, 1 changed, 1 deleted", "sync")
	run(ExitDone, "kinds       2        1", "status")
	run(ExitDone, "animals", "runs", "last")
	run(ExitDone, "forgotten", "state", "reset", "--yes", "animals")
	run(ExitDone, "done: 0 new", "sync")
	zoo.Refused = "animals"
	run(ExitCredentials, "", "sync")
	run(ExitUsage, "", "login")
}
