package cli

import (
	"slices"

	"desklake/extract"
	"desklake/internal/setup"
	"desklake/internal/term"

	"desklake/internal/catalog"
	"desklake/schema"
)

type tablesCommand struct {
	Source string `placeholder:"NAME" help:"Show those of this source of the configuration."`

	Tables   []string `arg:"" optional:"" name:"table" help:"The tables to show; all when none is named."`
	JSON     bool     `help:"Print JSON." xor:"form"`
	Markdown bool     `help:"Print Markdown, as in docs/tables.md." xor:"form"`
}

// Help is shown by --help.
func (*tablesCommand) Help() string { return "Example: desklake tables tickets ticket_metrics" }

// Run prints the catalog.
func (c *tablesCommand) Run(a *app) error {
	known := a.Drivers.Sources[sourceType].Catalog()
	if c.Source != "" {
		_, source, err := oneSourceFlag{c.Source}.choose(a)
		if err != nil {
			return err
		}
		known = source.Catalog()
	}
	tables := known.Tables
	if len(c.Tables) > 0 {
		if err := setup.CheckTables(c.Tables, extract.TableNames(tables)); err != nil {
			return err
		}
		tables = slices.DeleteFunc(tables, func(t *schema.Table) bool { return !slices.Contains(c.Tables, t.Name) })
	}
	shown := catalog.New(tables, known.Routes)
	switch {
	case c.JSON:
		return shown.JSON(a.stdout)
	case c.Markdown:
		return shown.Markdown(a.stdout)
	}
	coloured := term.Coloured(a.stdout)
	return shown.Text(term.Raw(a.stdout), term.Width(a.stdout), func(text string) string { return term.In(term.Bold, text).Show(coloured) })
}
