package parquet_test

import (
	"path/filepath"
	"testing"

	"desklake/sink"
	"desklake/sink/parquet"
	"desklake/sink/sinktest"
)

func BenchmarkSink(b *testing.B) {
	sinktest.Bench(b, func(folder string) sinktest.Destination {
		return sinktest.Destination{Open: func() (sink.Sink, error) {
			return parquet.Open(b.Context(), parquet.Options{Path: filepath.Join(folder, "lake")})
		}}
	})
}
