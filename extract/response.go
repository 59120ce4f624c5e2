package extract

import (
	"context"
	"time"
)

// Response is one answer of a source, or that none came.
type Response struct {
	Endpoint string // the path with placeholders for ids
	Code     int    // the HTTP status; 0 where no answer came
	Bytes    int64  // of the body, as they came over the wire
	Quotas   []Quota
}

// Quota is what is left of one of the source's limits.
type Quota struct {
	Name   string    // in the words of the source, such as "account"
	Limit  int       // requests a minute
	Left   int       // of them, until Resets
	Resets time.Time // by this machine's clock
}

type responseKey struct{}

// WithResponses returns a context for Source.Read whose source tells of each answer. Tell is called from several
// goroutines; it must not block.
func WithResponses(ctx context.Context, tell func(Response)) context.Context {
	return context.WithValue(ctx, responseKey{}, tell)
}

// Tell says that an answer came, to whoever asked with WithResponses.
func (r Response) Tell(ctx context.Context) {
	if tell, ok := ctx.Value(responseKey{}).(func(Response)); ok {
		tell(r)
	}
}
