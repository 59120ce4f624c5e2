package catalog

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"desklake/schema"
)

const intro = `# Tables

<!-- Written by "desklake tables --markdown" from the tables in the source. To change it, change them. -->

Tables and columns carry the names of the helpdesk's API. Every column but the key can be null: null means that the
source gave no value, an empty text that it gave an empty one. All times are UTC. Numbers are exact, ids too.

In DuckDB the descriptions below are comments: ` + "`SELECT column_name, comment FROM duckdb_columns()`" + ` shows them.
In Parquet, read ` + "`<path>/<table>/**/*.parquet`" + `.
`

// Markdown writes docs/tables.md: the tables' relations as a diagram, a list of the tables, and each of them.
func (c Catalog) Markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s\n```mermaid\n%s```\n\n", intro, c.diagram())
	fmt.Fprintln(out, "| table | key | columns | what it holds |\n|---|---|---|---|")
	var added []Column
	for _, t := range c.Tables {
		var own []Column
		own, added = t.split()
		fmt.Fprintf(out, "| [%s](#%s) | %s | %d | %s |\n", t.Name, t.Name, t.Key, len(own), cell(t.Description))
	}
	if len(added) > 0 {
		fmt.Fprint(out, "\n## In every table\n\nThese columns are added by desklake, behind the source's.\n\n")
		markdownColumns(out, added)
	}
	for _, t := range c.Tables {
		fmt.Fprintf(out, "\n## %s\n\n%s\n\n", t.Name, t.Description)
		for _, fact := range t.facts() {
			fmt.Fprintf(out, "* %s `%s`\n", fact.name, fact.text)
		}
		fmt.Fprintln(out)
		own, _ := t.split()
		markdownColumns(out, own)
	}
	return out.Flush()
}

func markdownColumns(out *bufio.Writer, columns []Column) {
	fmt.Fprintln(out, "| column | DuckDB | Parquet | description |\n|---|---|---|---|")
	for _, c := range flat(columns) {
		fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", c.Name, c.shortType(), c.Parquet, cell(c.Description))
	}
}

// cell makes text safe within a row of a Markdown table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// arrows are the ends of references as Mermaid draws them. What is referred to can be missing, but for the last.
var arrows = map[schema.Ends]string{schema.ManyToOne: "}o--o|", schema.ManyToMany: "}o--o{", schema.OneToOne: "|o--||"}

// diagram is the tables and how they refer to one another, in Mermaid. The columns by which a table refers to the
// same other one in the same way share a line.
func (c Catalog) diagram() string {
	var b strings.Builder
	b.WriteString("erDiagram\n")
	shown := map[string]bool{}
	for _, t := range c.Tables {
		shown[t.Name] = true
		fmt.Fprintf(&b, "    %s {\n        %s %s PK\n    }\n", t.Name, t.Columns[0].DuckDB, t.Key)
	}
	type line struct{ from, ends, to string }
	var lines []line
	columns := map[line][]string{}
	for _, t := range c.Tables {
		for _, column := range t.Columns {
			to, _, refers := strings.Cut(column.RefersTo, ".")
			l := line{t.Name, arrows[column.ends], to}
			if !refers || !shown[to] {
				continue
			}
			if columns[l] == nil {
				lines = append(lines, l)
			}
			columns[l] = append(columns[l], column.Name)
		}
	}
	for _, l := range lines {
		fmt.Fprintf(&b, "    %s %s %s : \"%s\"\n", l.from, l.ends, l.to, strings.Join(columns[l], ", "))
	}
	return b.String()
}
