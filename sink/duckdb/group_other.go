//go:build !unix

package duckdb

import "os"

// keepGroup does nothing where files have no group.
func keepGroup(*os.File, os.FileInfo) {}
