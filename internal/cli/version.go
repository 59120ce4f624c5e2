package cli

import (
	"fmt"
	"io"

	"desklake"
)

type versionCommand struct {
	Notices bool `help:"Print the copyright notices and licences of the software that desklake contains."`
}

// Help is shown by --help.
func (versionCommand) Help() string { return "Example: desklake version --notices" }

// Run prints the version, or the notices.
func (c versionCommand) Run(a *app) error {
	if c.Notices {
		_, err := io.WriteString(a.stdout, desklake.Notices)
		return err
	}
	_, err := fmt.Fprintln(a.stdout, "desklake", a.Version)
	return err
}
