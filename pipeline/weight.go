package pipeline

import (
	"context"

	"golang.org/x/sync/semaphore"

	"desklake/extract"
)

// What the pages of all streams weigh together is bounded, from the reading of their bodies to the sink: on that way a page
// takes several times its size, and a large one can be a single record, of which nothing can be done in parts. Of a page that
// is not large its stream holds one more, which waits for its turn.
const (
	maxWeight  = 96 << 20
	largeTimes = 6 // as much as its size weighs what a page has beyond extract.LargePage
)

// weights are the weights of the pages under way.
type weights struct{ *semaphore.Weighted }

func newWeights() weights { return weights{semaphore.NewWeighted(maxWeight)} }

// weigh returns the weight of a page of so many bytes. One page always has room.
func weigh(bytes int) int64 {
	w := int64(bytes)
	if w > extract.LargePage {
		w = extract.LargePage + largeTimes*(w-extract.LargePage)
	}
	return min(w, maxWeight)
}

// room is the weight of the page that a stream reads. It implements extract.Room.
type room struct {
	weights
	taken int64
}

// Take implements extract.Room.
func (r *room) Take(ctx context.Context, bytes int) error {
	r.Leave() // whoever waits for more holds nothing
	weight := weigh(bytes)
	if err := r.Acquire(ctx, weight); err != nil {
		return context.Cause(ctx)
	}
	r.taken = weight
	return nil
}

// Leave implements extract.Room.
func (r *room) Leave() {
	r.Release(r.taken)
	r.taken = 0
}

// page hands over the weight of a page that was read, which is no more than what was taken for it, if anything was.
func (r *room) page(ctx context.Context, bytes int) (weight int64, err error) {
	weight = weigh(bytes)
	if r.taken < weight {
		if err := r.Take(ctx, bytes); err != nil {
			return 0, err
		}
	}
	r.Release(r.taken - weight)
	r.taken = 0
	return weight, nil
}
