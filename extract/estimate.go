package extract

import (
	"context"
	"time"
)

// Estimator is what a Source can be beside: one that says what reading would cost before it is read. Commands find out by
// a type assertion.
type Estimator interface {
	// Estimate says what it takes to read the streams from where they stand, by name, with a handful of requests; one with
	// a window, all of that. The answer has the streams in their order.
	Estimate(ctx context.Context, streams []Stream, from map[string]Position, o Observer) Estimate
}

// Estimate is what a run would cost.
type Estimate struct {
	Streams []StreamEstimate
	Time    time.Duration // of all streams side by side, under the present limits
	PerDay  int64         // requests that the account may make a day
	Spent   int           // requests that the estimate itself cost
}

// StreamEstimate is what a stream would cost.
type StreamEstimate struct {
	Stream   string
	Window   Window // as the stream had it
	Route    string // the endpoint
	Rows     int64  // read from the source; about, unless Exact
	Exact    bool   // counted, and right unless something changes
	Requests int64
	Time     time.Duration // if it had the limits for itself
	Err      error         // why the stream can't be read; then the rest is zero
}
