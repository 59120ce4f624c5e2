package parquet

import (
	"context"
	"path/filepath"
	"time"

	"desklake/internal/durable"
	"desklake/sink"
)

// lock takes the lake's lock as soon as nobody else holds it, for LockWait at the longest.
func lock(ctx context.Context, path, file string, o Options) (*durable.Lock, error) {
	deadline := time.Now().Add(o.LockWait)
	for announced := false; ; {
		l, holder, err := durable.TryLock(file)
		if l != nil || err != nil {
			return l, err
		}
		if !time.Now().Before(deadline) {
			return nil, &sink.Locked{Path: path, Holder: holder}
		}
		if !announced && o.Waiting != nil {
			o.Waiting(holder)
		}
		announced = true
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(min(time.Second, time.Until(deadline))):
		}
	}
}

// locked returns an error if the lock is the lake's no more: somebody has removed its file, and another run may be at
// work.
func (s *Sink) locked() error {
	if s.lock.Held() {
		return nil
	}
	return &PathError{filepath.Join(s.path, lockName), "was removed while the run wrote to the lake",
		"Run again when no other run is under way: it goes on from what is there."}
}
