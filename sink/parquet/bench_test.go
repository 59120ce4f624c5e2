package parquet_test

import (
	"path/filepath"
	"testing"

	"desklake/sink/parquet"
	"desklake/sink/sinktest"
)

func BenchmarkSink(b *testing.B) {
	sinktest.Bench(b, func(folder string) sinktest.Destination {
		return sinktest.Destination{Destination: parquet.Destination{Options: parquet.Options{Path: filepath.Join(folder, "lake")}}}
	})
}
