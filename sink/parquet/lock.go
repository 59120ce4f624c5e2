package parquet

import (
	"context"
	"path/filepath"

	"desklake/internal/durable"
	"desklake/sink"
)

// lock takes the lake's lock as soon as nobody else holds it, for LockWait at the longest.
func lock(ctx context.Context, path, file string, o Options) (l *durable.Lock, err error) {
	err = sink.Await(ctx, o.LockWait, o.Waiting, func() error {
		var holder string
		if l, holder, err = durable.TryLock(file); l == nil && err == nil {
			return &sink.Locked{Path: path, Holder: holder}
		}
		return err
	})
	return l, err
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
