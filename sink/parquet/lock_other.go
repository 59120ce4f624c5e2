//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package parquet

import (
	"errors"
	"os"
)

func flock(*os.File) (bool, error) { return false, errors.ErrUnsupported }

func unlock(f *os.File) error { return f.Close() }
