package duckdb

import (
	"context"

	"desklake/sink"
)

// Inspect reads what a file holds.
func Inspect(ctx context.Context, o Options, look sink.Look) (sink.Report, error) {
	return sink.Inspect(ctx, Destination{o}, look)
}

// What tests change and ask of Publish.
var (
	Step      = &step
	CopyBytes = &copyBytes
	IsWhole   = isWhole
)
