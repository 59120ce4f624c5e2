package pipeline

import (
	"context"
	"fmt"
	"sync"
	"time"

	"desklake/extract"
	"desklake/state"
)

// Refused is the error of a stream that the source refuses as if the account lacked it, where that can't be believed: it
// could be read before, or nothing at all of the account could be read.
type Refused struct {
	Stream string
	Since  time.Time // when it was read to its end last; zero if never
	Known  bool      // it could be read before
	Err    *extract.Unavailable
}

func (e *Refused) Error() string {
	switch {
	case !e.Since.IsZero():
		return fmt.Sprintf("%s: refused, and it could be read until %s: %s", e.Stream, e.Since.UTC().Format(time.RFC3339), e.Err.Err)
	case e.Known:
		return fmt.Sprintf("%s: refused, and it could be read before: %s", e.Stream, e.Err.Err)
	}
	return fmt.Sprintf("%s: refused, like everything of this account: %s", e.Stream, e.Err.Err)
}

// Unwrap returns the kind of the failure and the source's own error.
func (e *Refused) Unwrap() []error { return []error{extract.ErrPermission, e.Err.Err} }

// Hint says what to do.
func (e *Refused) Hint() string {
	if !e.Known {
		return "look whether the account is still active, whether it has another name now, and whether an IP allowlist or a firewall keeps this machine out"
	}
	return fmt.Sprintf("%s. If the account does not have it any more, leave its tables out of the configuration",
		e.Err.Reason)
}

// believe returns the error of a stream that the source says the account lacks: the same if that can be believed.
func (w *worker) believe(ctx context.Context, u *extract.Unavailable) error {
	stored := w.checkpoints[w.stream.Name]
	known := readBefore(stored)
	if !known && (w.Named || w.signs.alive(ctx)) { // one that was named is a failure anyway
		return u
	}
	return &Refused{Stream: w.stream.Name, Since: stored.CompleteAt, Known: known, Err: u}
}

// readBefore reports that a page of the stream came in some run.
func readBefore(c state.Checkpoint) bool {
	return !c.CompleteAt.IsZero() || c.Cursor != "" || len(c.Tables)+len(c.Lost) > 0
}

// lifeSigns tell the streams of a run whether the account answers at all.
type lifeSigns struct {
	mu    sync.Mutex
	quiet int           // streams that have not answered, and may still do
	known chan struct{} // closed when one has answered, or none can any more
	any   bool          // one has answered
}

func newLifeSigns(streams int) *lifeSigns {
	return &lifeSigns{quiet: streams, known: make(chan struct{})}
}

// sign is called once a stream: when its first page came, or when it ended without one.
func (l *lifeSigns) sign(answered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.any || l.quiet == 0
	l.quiet--
	l.any = l.any || answered
	if !before && (l.any || l.quiet == 0) {
		close(l.known)
	}
}

// alive waits until a stream has answered, or none can.
func (l *lifeSigns) alive(ctx context.Context) bool {
	select {
	case <-l.known:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.any
}
