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
	"desklake/sink"
)

// toys are a program that knows a source and a sink more, by one entry in a map each, and a configuration.
type toys struct {
	testing.TB
	Program
	folder, config string
}

// newToys makes a configuration file; in its text, ZOO stands for what newZoo makes.
func newToys(t *testing.T, text string) *toys {
	t.Helper()
	p := Program{Version: "test", Drivers: setup.Drivers{Sinks: maps.Clone(drivers.Sinks), Sources: maps.Clone(drivers.Sources)}}
	p.Drivers.Sources["toy"] = extract.Driver{New: func() extract.Config { return new(toy.Config) }, Catalog: toy.Catalog}
	p.Drivers.Sinks["box"] = sink.Driver{New: func() sink.Config { return new(toy.BoxConfig) }}
	folder := t.TempDir()
	config := filepath.Join(folder, "config.yaml")
	if err := os.WriteFile(config, []byte(strings.ReplaceAll(text, "ZOO", t.Name())), 0o600); err != nil {
		t.Fatal(err)
	}
	return &toys{t, p, folder, config}
}

// newZoo is a zoo of 25 animals, one of them gone, and three kinds, whose name begins with that of the test.
func newZoo(t *testing.T, number string) *toy.Zoo {
	zoo := new(toy.Zoo)
	toy.Zoos.Store(t.Name()+number, zoo)
	for id := range 25 {
		zoo.Change(id+1, fmt.Sprint("n", id), id == 7)
	}
	zoo.Kinds("cat", "dog", "fish")
	return zoo
}

// run runs a command, and wants its exit code and some of its words.
func (p *toys) run(code int, words string, args ...string) {
	p.Helper()
	var stdout, stderr bytes.Buffer
	if got := Main(p.Program, append(args, "-c", p.config), &stdout, &stderr); got != code || !strings.Contains(stdout.String(), words) {
		p.Errorf("%v: exit code %d, want %d with %q\n%s%s", args, got, code, words, &stdout, &stderr)
	}
}

// A source and a sink that nothing but one entry in a map knows of, each beside one of the program's own and both together.
func TestASourceAndASinkThatAreNewAreServedByEveryCommand(t *testing.T) {
	t.Parallel()
	for sink, path := range map[string]string{"duckdb": "zoo.duckdb", "box": "zoo"} {
		t.Run(sink, func(t *testing.T) {
			t.Parallel()
			zoo := newZoo(t, "")
			p := newToys(t, "source: {type: toy, zoo: ZOO}\nsink: {type: "+sink+", path: "+path+"}\ntables: [animals, kinds]\n")
			p.run(ExitSink, "", "status")
			p.run(ExitDone, "will be created, with 2 tables", "plan")
			p.run(ExitDone, "will be created", "check")
			p.run(ExitDone, "28 new", "sync")
			p.run(ExitDone, "animals    24        1", "status")
			zoo.Change(3, "renamed", false)
			zoo.Kinds("cat", "dog")
			p.run(ExitDone, "0 new, 1 changed, 1 deleted", "sync")
			p.run(ExitDone, "kinds       2        1", "status")
			p.run(ExitDone, "animals", "runs", "last")
			p.run(ExitDone, "  26\n", "state", "show")
			p.run(ExitDone, "0 new", "backfill", "--from", "2020-01-01", "animals")
			p.run(ExitDone, "backfill 2020-01-01T00:00:00Z", "runs", "--json")
			p.run(ExitDone, "forgotten", "state", "reset", "--yes", "animals")
			p.run(ExitDone, "done: 0 new", "sync")
			zoo.Refused = "animals"
			p.run(ExitCredentials, "", "sync")
			p.run(ExitDone, "failed", "status")
			p.run(ExitUsage, "", "login")
		})
	}
}

func TestASinkThatIsNewTakesSeveralSources(t *testing.T) {
	t.Parallel()
	newZoo(t, "1").Change(26, "only here", false)
	newZoo(t, "2").Kinds("horse")
	p := newToys(t, "sources:\n  - {name: north, type: toy, zoo: ZOO1}\n  - {name: south, type: toy, zoo: ZOO2}\nsink: {type: box, path: zoos}\n")
	p.run(ExitDone, "2 tables", "plan")
	p.run(ExitDone, "north", "sync")
	p.run(ExitDone, "north   animals    25        1", "status")
	p.run(ExitDone, "south   kinds       1        0", "status")
	p.run(ExitDone, "animals: forgotten", "state", "reset", "--yes", "--source", "south", "animals")
	p.run(ExitDone, "north   animals", "state", "show")
}

// The file is everybody's: what somebody removed from it is read again.
func TestWhatIsGoneFromASinkThatIsNewIsReadAgain(t *testing.T) {
	t.Parallel()
	newZoo(t, "")
	p := newToys(t, "source: {type: toy, zoo: ZOO}\nsink: {type: box, path: zoo}\n")
	p.run(ExitDone, "28 new", "sync")
	file := filepath.Join(p.folder, "zoo", "rows.json")
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, bytes.Replace(text, []byte(`"animals":{"Columns"`), []byte(`"beasts":{"Columns"`), 1), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.run(ExitDone, "animals", "plan")
	p.run(ExitDone, "25 new", "sync")
	p.run(ExitDone, "animals    24        1", "status")
}
