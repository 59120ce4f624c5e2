package main

import (
	"fmt"
	"runtime/debug"
)

type versionCommand struct{}

// Help is shown by --help.
func (versionCommand) Help() string { return "Example: desklake version" }

// Run prints the version.
func (versionCommand) Run(a *app) error {
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
