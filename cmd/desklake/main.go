// Command desklake copies a helpdesk into tables that analysts can query.
//
// This package is the program: one file a command, the wiring of sources and sinks, what is printed, and the exit
// codes. Start with cli.go.
package main

import (
	"context"
	"io"
	"os"
	"runtime/debug"
)

func main() {
	// What is alive is small, and pages and batches die young: a tighter heap costs little time and bounds the memory.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run executes one command line and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	a := &app{ctx: ctx, stdout: newOutput(stdout), stderr: newOutput(stderr)}
	a.signals = watchSignals()
	err := parseAndRun(a, args)
	return a.report(err)
}
