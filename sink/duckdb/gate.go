package duckdb

import (
	"context"
	"sync"
	"time"
)

// gate lets transactions in, and is shut for a moment to open the file anew between them.
type gate struct {
	mu     sync.Mutex
	inside map[int]time.Time // when each came in
	last   int
	isShut bool
	moved  chan struct{} // closed at the next change
}

func newGate() *gate {
	return &gate{inside: map[int]time.Time{}, moved: make(chan struct{})}
}

// enter lets a transaction in, once the gate is open.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.isShut {
		if err := g.wait(ctx, nil); err != nil {
			return nil, err
		}
	}
	g.last++
	number := g.last
	g.inside[number] = time.Now()
	return func() { g.change(func() { delete(g.inside, number) }) }, nil
}

// shut lets nobody in and waits for those inside to leave, unless one of them lasts for longer than patience: then, and when
// the context ends, it opens again and reports that it did not. Needed is asked when nobody else has the gate shut: where it
// is not, the gate stays open.
func (g *gate) shut(ctx context.Context, patience time.Duration, needed func() bool) (open func(), done bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.isShut { // somebody else is about the same
		if g.wait(ctx, nil) != nil {
			return nil, false
		}
	}
	if !needed() {
		return nil, false
	}
	g.isShut = true
	for len(g.inside) > 0 {
		left := patience - time.Since(g.oldest())
		if left <= 0 || g.wait(ctx, time.After(left)) != nil {
			g.isShut = false
			g.tell()
			return nil, false
		}
	}
	return func() { g.change(func() { g.isShut = false }) }, true
}

// oldest is when the transaction came in that has lasted longest.
func (g *gate) oldest() time.Time {
	oldest := time.Now()
	for _, t := range g.inside {
		if t.Before(oldest) {
			oldest = t
		}
	}
	return oldest
}

// wait waits for a change, or until it is late. The mutex is free meanwhile.
func (g *gate) wait(ctx context.Context, late <-chan time.Time) error {
	moved := g.moved
	g.mu.Unlock()
	defer g.mu.Lock()
	select {
	case <-moved:
	case <-late:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

func (g *gate) change(what func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	what()
	g.tell()
}

// tell wakes all who wait for a change.
func (g *gate) tell() {
	close(g.moved)
	g.moved = make(chan struct{})
}
