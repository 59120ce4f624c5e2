//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package zendesk

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// lock takes the file's lock, for which it waits at most so long. It ends with the file, also when the process dies.
func lock(f *os.File, within time.Duration) error {
	end := time.Now().Add(within)
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return err
		case time.Now().After(end):
			return errHeld
		}
		time.Sleep(pause)
	}
}
