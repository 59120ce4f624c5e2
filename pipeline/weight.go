package pipeline

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// What the pages of all streams weigh together between their conversion and the sink is bounded: on that way a page takes
// several times its size, and a large one can be a single record, of which nothing can be done in parts. Beside them each
// stream holds one page that waits for its turn.
const (
	maxWeight  = 96 << 20
	largePage  = 4 << 20 // bytes; what is beyond them weighs largeTimes as much
	largeTimes = 6
)

// weights are the weights of the pages under way.
type weights struct{ *semaphore.Weighted }

func newWeights() weights { return weights{semaphore.NewWeighted(maxWeight)} }

// weigh returns the weight of a page of so many bytes. One page always has room.
func weigh(bytes int) int64 {
	w := int64(bytes)
	if w > largePage {
		w = largePage + largeTimes*(w-largePage)
	}
	return min(w, maxWeight)
}

// take waits until there is room for the weight of a page.
func (w weights) take(ctx context.Context, weight int64) error {
	if err := w.Acquire(ctx, weight); err != nil {
		return context.Cause(ctx)
	}
	return nil
}
