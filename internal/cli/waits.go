package cli

import (
	"fmt"
	"sync"
	"time"

	"desklake/extract"
)

// tellWaits returns an observer that tells on stderr why a source keeps the user waiting: for commands without progress.
func (a *app) tellWaits() extract.Observer {
	var mu sync.Mutex
	var until time.Time // the end of the longest wait that was told
	return extract.Observer{Waiting: func(w extract.Wait) {
		mu.Lock()
		defer mu.Unlock()
		if left := time.Until(w.Until); left > 2*time.Second && w.Until.Sub(until) > 2*time.Second {
			until = w.Until
			fmt.Fprintf(a.stderr, "waiting %.0f s for %s\n", left.Seconds(), w.For)
		}
	}}
}
