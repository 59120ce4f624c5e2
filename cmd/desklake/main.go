// Command desklake copies a helpdesk into tables that analysts can query.
//
// This package is the wiring: which sources and sinks there are. The commands are in internal/cli.
package main

import (
	"os"
	"path/filepath"
	"runtime/debug"

	"desklake/internal/cli"
)

func main() { execute(program()) }

// execute ends the process with the exit code of its command line.
func execute(p cli.Program) {
	// What is alive is small, and pages and batches die young: a tighter heap costs little time and bounds the memory.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	// Beside it DuckDB has as much again. What a large page leaves behind is collected before the two have half a gigabyte.
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(256 << 20)
	}
	os.Exit(cli.Main(p, os.Args[1:], os.Stdout, os.Stderr))
}

func program() cli.Program {
	p := cli.Program{Drivers: drivers, Version: version()}
	p.Drivers.Env.Version = p.Version
	// Without a cache directory the processes of this machine just do not share what they know of the limits.
	if dir, err := os.UserCacheDir(); err == nil {
		p.Drivers.Env.CacheDir = filepath.Join(dir, "desklake")
	}
	return p
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
