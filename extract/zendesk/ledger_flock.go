//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package zendesk

import (
	"os"
	"syscall"
)

// lock waits for the file's lock. It ends with the file, also when the process dies.
func lock(f *os.File) error {
	for {
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != syscall.EINTR {
			return err
		}
	}
}
