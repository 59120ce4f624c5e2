//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package zendesk

import (
	"errors"
	"os"
	"time"
)

func lock(*os.File, time.Duration) error { return errors.ErrUnsupported }
