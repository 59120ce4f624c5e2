package duckdb_test

import (
	"path/filepath"
	"testing"

	"desklake/sink/duckdb"
	"desklake/sink/sinktest"
)

func BenchmarkSink(b *testing.B) {
	sinktest.Bench(b, func(folder string) sinktest.Destination {
		return sinktest.Destination{Destination: duckdb.Destination{Options: duckdb.Options{Path: filepath.Join(folder, "lake.duckdb")}}}
	})
}
