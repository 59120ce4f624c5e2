package cli

import (
	"desklake/internal/golden"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// The documents that are generated; UPDATE_GOLDEN=1 rewrites them.

func model(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := newParser(&app{stdout: io.Discard, stderr: io.Discard}, &cli{})
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

func TestTheCommandsInDocsAreTheProgramsOwn(t *testing.T) {
	t.Parallel()
	app := model(t)
	var b strings.Builder
	fmt.Fprintf(&b, "# The command line\n\n%s\n\nThe flags of every command:\n\n", app.Help)
	writeFlags(&b, app.Flags)
	for _, command := range app.Leaves(true) {
		writeCommand(t, &b, command)
	}
	golden.Equal(t, "../../docs/cli.md", b.String())
}

func writeCommand(t *testing.T, b *strings.Builder, command *kong.Node) {
	t.Helper()
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n```\ndesklake %s\n```\n", command.FullPath(), command.Help, command.Summary())
	example, about, _ := strings.Cut(command.Detail, "\n")
	fmt.Fprintf(b, "\n%s `%s`\n", "Example:", strings.TrimPrefix(example, "Example: "))
	if about = strings.TrimSpace(about); about != "" {
		fmt.Fprintf(b, "\n%s\n", about)
	}
	if len(command.Positional)+len(command.Flags) > 0 {
		fmt.Fprintln(b)
	}
	for _, p := range command.Positional {
		fmt.Fprintf(b, "* `%s`: %s\n", p.Summary(), p.Help)
	}
	writeFlags(b, command.Flags)
	name := strings.ReplaceAll(strings.TrimPrefix(command.FullPath(), "desklake "), " ", "-")
	if print, ok := samples()[name+".json"]; ok {
		fmt.Fprint(b, "\n`--json` prints, for example:\n\n```json\n")
		if err := print(b); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(b, "```")
	}
}

func writeFlags(b *strings.Builder, flags []*kong.Flag) {
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		name := "--" + f.Name
		if f.Short != 0 {
			name = "-" + string(f.Short) + ", " + name
		}
		if !f.IsBool() {
			name += "=" + strings.ToUpper(f.Name)
		}
		fmt.Fprintf(b, "* `%s`: %s", name, f.Help)
		if f.HasDefault && f.Default != "" && !f.IsBool() {
			fmt.Fprintf(b, " Default: `%s`.", f.Default)
		}
		fmt.Fprintln(b)
	}
}

func TestTheHelpOfEveryCommandBeginsWithAnExample(t *testing.T) {
	t.Parallel()
	for _, command := range model(t).Leaves(true) {
		if !strings.HasPrefix(command.Detail, "Example: ") || !strings.Contains(command.Detail, "desklake "+strings.TrimPrefix(command.FullPath(), "desklake ")) {
			t.Errorf("%s: %q", command.FullPath(), command.Detail)
		}
		if !strings.HasSuffix(command.Help, ".") {
			t.Errorf("%s: %q is no sentence", command.FullPath(), command.Help)
		}
	}
}
