package parquet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"desklake/sink"
)

// lock takes the lake's lock as soon as nobody else holds it, for LockWait at the longest. Who holds it stands in
// the locked file.
func lock(ctx context.Context, path, file string, o Options) (*os.File, error) {
	deadline := time.Now().Add(o.LockWait)
	for announced := false; ; {
		f, err := tryLock(file)
		if f != nil || err != nil {
			return f, err
		}
		holder, _ := os.ReadFile(file)
		locked := &sink.Locked{Path: path, Holder: strings.TrimSpace(string(holder))}
		if !time.Now().Before(deadline) {
			return nil, locked
		}
		if !announced && o.Waiting != nil {
			o.Waiting(locked.Holder)
		}
		announced = true
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(min(time.Second, time.Until(deadline))):
		}
	}
}

// tryLock takes the lock without waiting; nil if another has it. The kernel gives it back when the process ends, however
// it does.
func tryLock(file string) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	taken, err := flock(f)
	if err == nil && !(taken && isFile(f, file)) { // its name can lead to another file by now
		return nil, unlock(f)
	}
	if err == nil {
		err = sign(f)
	}
	if err != nil {
		return nil, errors.Join(err, unlock(f))
	}
	return f, nil
}

// isFile reports whether a path leads to the open file.
func isFile(f *os.File, path string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(open, named)
}

// locked returns an error if the lock is the lake's no more: somebody has removed its file, and another run may be at
// work.
func (s *Sink) locked() error {
	path := filepath.Join(s.path, lockName)
	if isFile(s.lock, path) {
		return nil
	}
	return &PathError{path, "was removed while the run wrote to the lake", "Run again when no other run is under way: it goes on from what is there."}
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
