package duckdb

// What tests change and ask of Publish.
var (
	Step      = &step
	CopyBytes = &copyBytes
	IsWhole   = isWhole
)
