//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package durable

import (
	"errors"
	"os"
)

const noFollow = 0

func flock(*os.File) (bool, error) { return false, errors.ErrUnsupported }

func unlock(f *os.File) error { return f.Close() }

func mark(*os.File) {}

func marked(*os.File) int { return 0 }
