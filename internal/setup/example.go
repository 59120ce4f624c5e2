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

const exampleSources = `
## Several accounts in one destination: sources in the place of source, a list. Each has a name, what stands under source, and
## tables of its own if it likes. What is read goes to the schema of that name in a DuckDB file, to the folder in a lake.
##   sources:
##     - {name: acme, type: zendesk, subdomain: acme, ...}
##     - {name: acme_us, type: zendesk, subdomain: acme-us, ..., tables: [tickets, users]}
`

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
	b.WriteString(exampleSources + exampleTables)
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
