//go:build !race

package parquet

const raced = false // no race detector, which takes ten times as long
