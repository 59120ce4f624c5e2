package cli

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// signals turns the first SIGINT or SIGTERM into a request to end in an orderly way, and leaves at once on the second:
// what was not committed by then is read again by the next run.
type signals struct {
	first atomic.Int32 // the number of the first; 0 before
}

// sameSignal is how soon after the first the same signal is the same wish: timeout(1) sends it to the program and to its
// group.
const sameSignal = 500 * time.Millisecond

// watchSignals returns a context that ends with the first signal.
func watchSignals() (context.Context, *signals) {
	s := &signals{}
	ctx, end := context.WithCancel(context.Background())
	arrived := make(chan os.Signal, 2)
	signal.Notify(arrived, os.Interrupt, syscall.SIGTERM)
	go func() {
		number := (<-arrived).(syscall.Signal)
		s.first.Store(int32(number))
		end()
		for first := time.Now(); ; {
			if again := <-arrived; again != number || time.Since(first) > sameSignal {
				os.Exit(s.code())
			}
		}
	}()
	return ctx, s
}

// code is the exit code of a program that the first signal ended: 130 or 143; 0 if none came.
func (s *signals) code() int {
	if n := s.first.Load(); n != 0 {
		return 128 + int(n)
	}
	return 0
}
