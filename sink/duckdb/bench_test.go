package duckdb_test

import (
	"path/filepath"
	"testing"

	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/sink/sinktest"
)

func BenchmarkSink(b *testing.B) {
	sinktest.Bench(b, func(folder string) sinktest.Destination {
		return sinktest.Destination{Open: func() (sink.Sink, error) {
			return duckdb.Open(b.Context(), duckdb.Options{Path: filepath.Join(folder, "lake.duckdb")})
		}}
	})
}
