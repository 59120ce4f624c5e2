//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package parquet

import (
	"errors"
	"os"
	"syscall"
)

// flock takes the lock on an open file without waiting; false if another has it.
func flock(f *os.File) (taken bool, err error) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		}
		return err == nil, err
	}
}

// unlock gives the lock back and closes the file. Closing alone would not do: a process that is being started at the
// moment has the file open, too.
func unlock(f *os.File) error {
	return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
}
