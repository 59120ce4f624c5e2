package duckdb

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheGateIsShutOnceAllHaveLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		leave, err := g.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		time.AfterFunc(10*time.Second, leave)
		open, done := g.shut(t.Context(), time.Minute, always)
		if waited := time.Since(began); !done || waited != 10*time.Second {
			t.Fatalf("%t after %s", done, waited)
		}
		time.AfterFunc(5*time.Second, open)
		leave, err = g.enter(t.Context())
		if waited := time.Since(began); err != nil || waited != 15*time.Second {
			t.Errorf("the next one came in after %s: %v", waited, err)
		}
		leave()
	})
}

func TestTheGateOpensAgainWhereOneLasts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		if _, err := g.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		entered := make(chan time.Duration)
		began := time.Now()
		go func() {
			synctest.Wait() // until it is shut
			leave, err := g.enter(t.Context())
			if err != nil {
				t.Error(err)
			}
			entered <- time.Since(began)
			leave()
		}()
		if _, done := g.shut(t.Context(), 30*time.Second, always); done || time.Since(began) != 10*time.Second {
			t.Errorf("shut %t after %s", done, time.Since(began))
		}
		if waited := <-entered; waited != 10*time.Second {
			t.Errorf("another one waited for %s", waited)
		}
		// It is no secret any more that it lasts.
		if _, done := g.shut(t.Context(), 30*time.Second, always); done || time.Since(began) != 10*time.Second {
			t.Errorf("shut %t after %s", done, time.Since(began))
		}
		ended, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, done := g.shut(ended, time.Hour, always); done || time.Since(began) != 11*time.Second {
			t.Errorf("shut %t after %s", done, time.Since(began))
		}
	})
}

func always() bool { return true }

// Two streams that want the gate shut for the same shut it once.
func TestTheGateIsNotShutForNothing(t *testing.T) {
	t.Parallel()
	g := newGate()
	open, done := g.shut(t.Context(), time.Minute, always)
	if !done {
		t.Fatal("an empty gate can't be shut")
	}
	needed, second := true, make(chan bool)
	go func() {
		_, done := g.shut(t.Context(), time.Minute, func() bool { return needed })
		second <- done
	}()
	g.mu.Lock()
	needed = false
	g.mu.Unlock()
	open()
	if <-second {
		t.Error("it was shut again")
	}
	if leave, err := g.enter(t.Context()); err != nil {
		t.Error(err)
	} else {
		leave()
	}
}
