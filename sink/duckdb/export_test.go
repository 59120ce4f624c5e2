package duckdb

// What tests change of Publish.
var (
	Step      = &step
	CopyBytes = &copyBytes
)
