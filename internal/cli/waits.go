package cli

import (
	"context"
	"fmt"
	"sync"
	"time"

	"desklake/extract"
)

// tellWaits returns a context whose source tells on stderr why it keeps the user waiting: for commands without progress.
func (a *app) tellWaits(ctx context.Context) context.Context {
	var mu sync.Mutex
	var until time.Time // the end of the longest wait that was told
	return extract.WithWaits(ctx, func(w extract.Wait) {
		mu.Lock()
		defer mu.Unlock()
		if left := time.Until(w.Until); left > 2*time.Second && w.Until.Sub(until) > 2*time.Second {
			until = w.Until
			fmt.Fprintf(a.stderr, "waiting %.0f s for %s\n", left.Seconds(), w.For)
		}
	})
}
