package main

import (
	"os"

	"golang.org/x/term"

	"desklake/internal/catalog"
)

type tablesCommand struct {
	JSON     bool `help:"Print JSON." xor:"form"`
	Markdown bool `help:"Print Markdown, as in docs/tables.md." xor:"form"`
}

// Help is shown by --help.
func (*tablesCommand) Help() string { return "Example: desklake tables --json" }

// Run prints the catalog.
func (c *tablesCommand) Run(a *app) error {
	source := sources["zendesk"]
	shown := catalog.New(source.tables(), source.routes())
	switch {
	case c.JSON:
		return shown.JSON(a.stdout)
	case c.Markdown:
		return shown.Markdown(a.stdout)
	}
	width := 0
	if f, ok := a.stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		width, _, _ = term.GetSize(int(f.Fd())) // 0, no wrapping, where the terminal does not say
	}
	return shown.Text(a.stdout, width)
}
