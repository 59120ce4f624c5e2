package desklake

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// platforms are those for which DuckDB's library comes with its module.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64"}

const noticesFile = "THIRD_PARTY_NOTICES.txt"

const noticesHead = `desklake contains software of others. What follows are the copyright notices and licences that come with it, for
every platform that desklake is built for.

DuckDB's library is itself made of several: its own third_party folder, at https://github.com/duckdb/duckdb, has
their licences.
`

const noticesRule = "\n================================================================================\n"

// THIRD_PARTY_NOTICES.txt has what each linked module asks to be passed on. UPDATE_GOLDEN=1 rewrites it, which needs the
// modules of all platforms; to check it, those of this one are enough.
func TestTheNoticesAreThoseOfTheLinkedModules(t *testing.T) {
	if os.Getenv("UPDATE_GOLDEN") != "" {
		all := goItself(t)
		for _, p := range platforms {
			maps.Copy(all, linked(t, p))
		}
		if err := os.WriteFile(noticesFile, []byte(format(all)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(noticesFile)
	if err != nil {
		t.Fatal(err)
	}
	have := parse(string(written))
	for what, text := range linked(t, runtime.GOOS+"/"+runtime.GOARCH) {
		if have[what] != text {
			t.Errorf("%s is missing in %s, or is another text: make notices", what, noticesFile)
		}
	}
	required, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for what := range have {
		module, _, _ := strings.Cut(what, ": ")
		if !strings.HasPrefix(what, "Go: ") && !strings.Contains(string(required), "\t"+module) {
			t.Errorf("%s has %s, which go.mod has not: make notices", noticesFile, module)
		}
	}
	if have["Go: LICENSE"] == "" {
		t.Error("Go's own licence is missing")
	}
	if got := format(have); got != string(written) {
		t.Errorf("%s was changed by hand: make notices", noticesFile)
	}
}

// noticeNames are the names of files with what is to be passed on.
var noticeNames = regexp.MustCompile(`(?i)^(licen[cs]e|unlicense|copying|notice|patents|third.?party)([-._].*)?$`)

// linked are the notices of the modules that a platform's program is made of: texts by "module version: file". They stand
// in a package's folder and those above it.
func linked(t *testing.T, platform string) map[string]string {
	t.Helper()
	system, machine, _ := strings.Cut(platform, "/")
	c := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f",
		"{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}\t{{$.Dir}}{{end}}{{end}}", "./cmd/desklake")
	c.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+machine, "CGO_ENABLED=1")
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatal("go list: ", err)
	}
	found, modules := map[string]string{}, map[string]bool{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 {
			continue
		}
		module, top, folder := fields[0], fields[1], fields[2]
		modules[module] = modules[module] || false
		for ; len(folder) >= len(top); folder = filepath.Dir(folder) {
			for name, text := range noticesIn(t, folder) {
				within, err := filepath.Rel(top, filepath.Join(folder, name))
				if err != nil {
					t.Fatal(err)
				}
				found[module+": "+filepath.ToSlash(within)], modules[module] = text, true
			}
		}
	}
	for module, has := range modules {
		if !has {
			t.Errorf("%s says nothing of its licence", module)
		}
	}
	if len(modules) < 20 {
		t.Fatalf("only %d modules are linked on %s", len(modules), platform)
	}
	return found
}

// goItself is the notice of Go's runtime and standard library.
func goItself(t *testing.T) map[string]string {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal("go env: ", err)
	}
	found := map[string]string{}
	for name, text := range noticesIn(t, strings.TrimSpace(string(root))) {
		found["Go: "+name] = text
	}
	return found
}

// noticesIn are the notices in one folder, by name.
func noticesIn(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, e := range entries {
		if e.IsDir() || !noticeNames.MatchString(e.Name()) || strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = strings.Trim(strings.NewReplacer("\r\n", "\n", "\f", "").Replace(string(text)), "\n")
	}
	return found
}

// format writes each text once, below the names of all that have it.
func format(notices map[string]string) string {
	var b strings.Builder
	b.WriteString(noticesHead)
	written := map[string]bool{}
	for _, what := range slices.Sorted(maps.Keys(notices)) {
		text := notices[what]
		if written[text] {
			continue
		}
		written[text] = true
		b.WriteString(noticesRule)
		for _, other := range slices.Sorted(maps.Keys(notices)) {
			if notices[other] == text {
				fmt.Fprintln(&b, other)
			}
		}
		b.WriteString("\n" + text + "\n")
	}
	return b.String()
}

// parse is format backwards.
func parse(text string) map[string]string {
	notices := map[string]string{}
	for _, block := range strings.Split(text, noticesRule)[1:] {
		names, text, _ := strings.Cut(block, "\n\n")
		for _, what := range strings.Split(names, "\n") {
			notices[what] = strings.TrimSuffix(text, "\n")
		}
	}
	return notices
}

func TestTheImageCarriesTheNotices(t *testing.T) {
	image, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{noticesFile, "LICENSE"} {
		if !regexp.MustCompile(`(?m)^COPY .*/` + regexp.QuoteMeta(file) + `\b.* /usr/share/doc/desklake/$`).Match(image) {
			t.Errorf("the Dockerfile does not copy %s into the image", file)
		}
	}
}
