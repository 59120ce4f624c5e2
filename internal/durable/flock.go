//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package durable

import (
	"errors"
	"io"
	"os"
	"syscall"
)

const noFollow = syscall.O_NOFOLLOW

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

// mark takes a record lock on a file whose lock this process has: of those the kernel says whose they are. Where there
// are none, the holder stays unknown.
func mark(f *os.File) { _ = syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, whole()) }

// marked is the process that has done so; 0 where that is not known.
func marked(f *os.File) int {
	l := whole()
	if syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, l) != nil || l.Type == syscall.F_UNLCK {
		return 0
	}
	return int(l.Pid)
}

func whole() *syscall.Flock_t { return &syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart} }
