package sink

import (
	"context"
	"errors"
	"time"

	"desklake/internal/durable"
)

// Locked is the error of opening a sink that another process has open for longer than the caller would wait.
type Locked struct {
	Path   string
	Holder string // who holds it, such as "desklake (PID 4711)"; empty where that is not known
}

func (e *Locked) Error() string {
	if e.Holder == "" {
		return e.Path + " is in use by another process"
	}
	return e.Path + " is in use by " + e.Holder
}

// Hint says what to do.
func (e *Locked) Hint() string {
	return "Run again when that has ended; sink.lock_wait says for how long a sync waits for it."
}

// TakeLock takes the lock of a destination at a path, which is a file, as Await waits for it.
func TakeLock(ctx context.Context, path, file string, atMost time.Duration, waiting func(holder string)) (lock *durable.Lock, err error) {
	err = Await(ctx, atMost, waiting, func() error {
		var holder string
		if lock, holder, err = durable.TryLock(file); lock == nil && err == nil {
			return &Locked{Path: path, Holder: holder}
		}
		return err
	})
	return lock, err
}

// Await tries each second until the error is none or no *Locked, for atMost at the longest: then that is the error. Waiting,
// unless nil, is called once when the waiting begins, with who holds the lock. The error is ctx's where that ends first.
func Await(ctx context.Context, atMost time.Duration, waiting func(holder string), try func() error) error {
	deadline := time.Now().Add(atMost)
	for announced := false; ; announced = true {
		err := try()
		var locked *Locked
		if !errors.As(err, &locked) || !time.Now().Before(deadline) {
			return err
		}
		if !announced && waiting != nil {
			waiting(locked.Holder)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(time.Second, time.Until(deadline))):
		}
	}
}
