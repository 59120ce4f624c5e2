package main

import (
	"fmt"
	"io"
	"runtime/debug"

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
	_, err := fmt.Fprintln(a.stdout, "desklake", version())
	return err
}

// version is the module's version, or the revision it was built from, as the Go toolchain recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel-" + s.Value[:min(12, len(s.Value))]
		}
	}
	return "devel"
}
