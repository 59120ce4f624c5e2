package tokenstore

import (
	"context"
	"time"

	"desklake/internal/durable"
)

// lock takes a lock as soon as nobody else has it.
func lock(ctx context.Context, path string) (*durable.Lock, error) {
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		l, _, err := durable.TryLock(path)
		if l != nil || err != nil {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}
