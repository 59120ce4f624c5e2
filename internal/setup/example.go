package setup

import (
	_ "embed" // for what is said first
	"strings"

	"desklake/internal/config"
	"desklake/internal/notify"
	"desklake/internal/web"
	"desklake/scheduler"
)

//go:embed example.yaml
var exampleHead string

const exampleTables = `
## all, or a list such as [tickets, users]; docs/tables.md shows what there is.
# tables: all
`

const exampleHistory = `
## How long runs, loads and issues are kept in desklake's own tables, such as 400d; 0s for ever. Tables and where they go
## on are not touched by it.
# history: 400d
`

// Example is a configuration file for these types of source and sink: every key with its explanation and its default.
func (d Drivers) Example(source, sink string) string {
	var b strings.Builder
	b.WriteString(exampleHead)
	b.WriteString("\nsource:\n" + indented("type: "+source+"\n\n"+exampleOf(d.Sources[source].New())))
	b.WriteString(exampleTables)
	b.WriteString("\nsink:\n" + indented("## "+strings.Join(d.SinkTypes(), " or ")+".\ntype: "+sink+"\n\n"+exampleOf(d.Sinks[sink].New())+exampleHistory))
	for _, section := range []config.Section{new(scheduler.Config), new(web.Config), new(notify.Config)} {
		b.WriteString("\n" + exampleOf(section))
	}
	return b.String()
}

func exampleOf(section config.Section) string {
	if e, ok := section.(config.Exampled); ok {
		return e.Example()
	}
	return ""
}

// indented is a text as it stands within a section.
func indented(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if line != "" && line != "\n" {
			lines[i] = "  " + line
		}
	}
	return strings.Join(lines, "")
}
