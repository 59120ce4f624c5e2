//go:build unix

package duckdb

import (
	"os"
	"syscall"
)

// keepGroup gives a file the group of another one, if the user may do that.
func keepGroup(file *os.File, like os.FileInfo) {
	if owner, ok := like.Sys().(*syscall.Stat_t); ok {
		_ = file.Chown(-1, int(owner.Gid))
	}
}
