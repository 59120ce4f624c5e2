package main

import (
	"slices"

	"golang.org/x/term"

	"desklake/internal/catalog"
	"desklake/schema"
)

type tablesCommand struct {
	Tables   []string `arg:"" optional:"" name:"table" help:"The tables to show; all when none is named."`
	JSON     bool     `help:"Print JSON." xor:"form"`
	Markdown bool     `help:"Print Markdown, as in docs/tables.md." xor:"form"`
}

// Help is shown by --help.
func (*tablesCommand) Help() string { return "Example: desklake tables tickets ticket_metrics" }

// Run prints the catalog.
func (c *tablesCommand) Run(a *app) error {
	source := sources["zendesk"]
	tables := source.tables()
	if len(c.Tables) > 0 {
		if err := checkTables(c.Tables, tableNames(tables)); err != nil {
			return err
		}
		tables = slices.DeleteFunc(tables, func(t *schema.Table) bool { return !slices.Contains(c.Tables, t.Name) })
	}
	shown := catalog.New(tables, source.routes())
	switch {
	case c.JSON:
		return shown.JSON(a.stdout)
	case c.Markdown:
		return shown.Markdown(a.stdout)
	}
	width := 0
	if f := terminal(a.stdout); f != nil {
		width, _, _ = term.GetSize(int(f.Fd())) // 0, no wrapping, where the terminal does not say
	}
	coloured := showsColours(a.stdout)
	return shown.Text(raw(a.stdout), width, func(text string) string { return cell{text, bold}.in(coloured) })
}
