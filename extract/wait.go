package extract

import (
	"context"
	"time"
)

// Wait is a time in which a source makes no request, and why.
type Wait struct {
	For   string    // what it waits for, such as "export quota"
	Until time.Time // by this machine's clock
}

type waitKey struct{}

// WithWaits returns a context for Source.Read whose source tells when it begins to wait. Tell is called from several
// goroutines; it must not block.
func WithWaits(ctx context.Context, tell func(Wait)) context.Context {
	return context.WithValue(ctx, waitKey{}, tell)
}

// Tell says that a wait begins, to whoever asked with WithWaits.
func (w Wait) Tell(ctx context.Context) {
	if tell, ok := ctx.Value(waitKey{}).(func(Wait)); ok {
		tell(w)
	}
}
