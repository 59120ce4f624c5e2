//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package tokenstore

import (
	"context"
	"errors"
	"os"
)

func lock(context.Context, string) (*os.File, error) { return nil, errors.ErrUnsupported }
