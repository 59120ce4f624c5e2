//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package durable

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// holderVariable names the file that a process of its own locks.
const holderVariable = "DESKLAKE_TEST_LOCK"

func TestMain(m *testing.M) {
	path := os.Getenv(holderVariable)
	if path == "" {
		os.Exit(m.Run())
	}
	l, _, err := TryLock(path)
	if l == nil {
		fmt.Println("no lock:", err)
		os.Exit(1)
	}
	fmt.Println("locked")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // until it is killed, or the test has ended
}

// holder starts a process that holds a lock.
func holder(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, os.Args[0])
	c.Env = append(os.Environ(), holderVariable+"="+path)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close() })
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "locked\n" {
		t.Fatalf("the other process: %q", line)
	}
	return c
}

func TestALockNamesTheProcessThatHoldsItAndEndsWithIt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	other := holder(t, path)
	l, who, err := TryLock(path)
	if l != nil || err != nil || !strings.HasSuffix(who, fmt.Sprintf(" (PID %d)", other.Process.Pid)) {
		t.Fatalf("%v, held by %q, %v", l, who, err)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait()
	if l, who, err = TryLock(path); l == nil {
		t.Fatalf("after its end: held by %q, %v", who, err)
	}
	if err := l.Unlock(); err != nil {
		t.Error(err)
	}
}

// What stands in the file is of the run before; somebody else, who was never asked to sign, holds it.
func TestWhoeverLooksKnowsWhetherALockIsHeld(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	says := func(when string, want bool) {
		t.Helper()
		for range 2 {
			if got := InUse(path); got != want {
				t.Errorf("%s: in use: %v", when, got)
			}
		}
	}
	says("before there is a file", false)
	other := holder(t, path)
	says("by another process", true)
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait()
	says("killed", false)
	l, _, err := TryLock(path)
	if l == nil {
		t.Fatal(err)
	}
	says("by this process", true)
	if err := l.Unlock(); err != nil {
		t.Fatal(err)
	}
	says("given back", false)
}

func TestALockDoesNotBlameTheRunBefore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	earlier := holder(t, path)
	if err := earlier.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = earlier.Wait()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		t.Fatal(err)
	}
	if l, who, err := TryLock(path); l != nil || who != "" || err != nil {
		t.Errorf("%v, held by %q, %v", l, who, err)
	}
}

func TestALockOfThisProcessIsKnownToo(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	first, _, err := TryLock(path)
	if first == nil {
		t.Fatal(err)
	}
	for range 2 {
		if l, who, err := TryLock(path); l != nil || !strings.HasSuffix(who, fmt.Sprintf(" (PID %d)", os.Getpid())) || err != nil {
			t.Errorf("%v, held by %q, %v", l, who, err)
		}
	}
	if err := os.Remove(path); err != nil || first.Held() {
		t.Errorf("the lock is held although its file is gone, %v", err)
	}
	second, who, err := TryLock(path)
	if second == nil {
		t.Fatalf("a new file: held by %q, %v", who, err)
	}
	if err := errors.Join(first.Unlock(), second.Unlock()); err != nil {
		t.Error(err)
	}
	if third, who, err := TryLock(path); third == nil {
		t.Errorf("after the end: held by %q, %v", who, err)
	} else if err := third.Unlock(); err != nil {
		t.Error(err)
	}
}

func TestALockedFileIsWaitedForForSoLong(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	first, err := OpenLocked(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.WriteString("content"); err != nil {
		t.Fatal(err)
	}
	if f, err := OpenLocked(path, 0); f != nil || !errors.Is(err, ErrHeld) || !strings.Contains(err.Error(), path) {
		t.Errorf("%v, %v", f, err)
	}
	opened := make(chan error)
	go func() {
		f, err := OpenLocked(path, time.Minute)
		if err == nil {
			err = f.Close()
		}
		opened <- err
	}()
	if err := errors.Join(first.Close(), <-opened); err != nil {
		t.Error(err)
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != "content" {
		t.Errorf("the file holds %q, %v", content, err)
	}
}
