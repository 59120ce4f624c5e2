// Command bench measures desklake as whole processes: against DuckDB's own read_json, and as the helpdesk grows.
//
// Every figure comes from processes of their own, measured from start to exit by what the kernel counts for them: time,
// CPU, peak memory, bytes written. The helpdesk is another process on the same machine, so what it takes is taken from
// both sides of a comparison that reads from it. Start with compare.go; growth.go is the second measurement.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/alecthomas/kong"
)

type cli struct {
	Compare   compareCommand   `cmd:"" help:"Measure desklake and DuckDB's read_json of the same records side by side."`
	Report    reportCommand    `cmd:"" help:"Write docs/benchmarks.md from what was measured."`
	Growth    growthCommand    `cmd:"" help:"Measure a first sync and nightly changes on helpdesks of several sizes."`
	Helpdesk  helpdeskCommand  `cmd:"" help:"Serve a helpdesk, for the other commands or by hand."`
	Records   recordsCommand   `cmd:"" help:"Write the tickets of a helpdesk as files of one JSON record a line."`
	Reference referenceCommand `cmd:"" help:"Load such files with DuckDB's read_json."`
}

func main() {
	var c cli
	chosen := kong.Parse(&c, kong.Name("bench"), kong.UsageOnError())
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	chosen.BindTo(ctx, (*context.Context)(nil))
	if err := chosen.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
