package oauth

import (
	"context"
	"time"
)

// flight lets one of those that wait for a credential obtain it, for all of them. Whoever is in it has what the credential holds
// to itself.
type flight struct {
	turn chan struct{} // filled by who is in it

	err    error     // why the last attempt failed
	failed time.Time // when it did
}

func newFlight() flight { return flight{turn: make(chan struct{}, 1)} }

// alone calls do in the flight.
func (l *flight) alone(do func()) {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	do()
}

// header is what usable returns, unless that is empty, and else what obtain does. Both are called in the flight. It returns the
// cause of a context that ends while others are in it.
func (l *flight) header(ctx context.Context, usable func() string, obtain func() (string, error)) (string, error) {
	asked := time.Now()
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	if value := usable(); value != "" {
		return value, nil
	}
	if l.failed.After(asked) { // while this one waited: asking again would take as long once more
		return "", l.err
	}
	value, err := obtain()
	if err != nil {
		if ctx.Err() == nil {
			l.err, l.failed = err, time.Now()
		}
		return "", err
	}
	return value, nil
}
