package parquet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"desklake/sink"
)

// lock takes the lake's lock as soon as nobody else holds it, for LockWait at the longest. Who holds it stands in
// the locked file.
func lock(ctx context.Context, path, file string, o Options) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(o.LockWait)
	for announced := false; ; {
		taken, err := tryLock(f)
		if taken {
			err = sign(f)
		}
		if taken && err == nil {
			return f, nil
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		holder, _ := os.ReadFile(file)
		locked := &sink.Locked{Path: path, Holder: strings.TrimSpace(string(holder))}
		if !time.Now().Before(deadline) {
			return nil, errors.Join(locked, f.Close())
		}
		if !announced && o.Waiting != nil {
			o.Waiting(locked.Holder)
		}
		announced = true
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), f.Close())
		case <-time.After(min(time.Second, time.Until(deadline))):
		}
	}
}

// sign writes into the locked file who holds it.
func sign(f *os.File) error {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(fmt.Appendf(nil, "%s (PID %d)\n", filepath.Base(program), os.Getpid()), 0)
	return err
}

// tryLock takes the lock on an open file without waiting. The kernel gives it back when the process ends, however it
// does.
func tryLock(f *os.File) (taken bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
