//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"desklake/internal/zendesktest"
)

func TestASignalEndsTheWaitForAConfigurationFromAPipe(t *testing.T) {
	t.Parallel()
	l := newLake(t, newHelpdesk(t, zendesktest.Options{}))
	pipe := filepath.Join(l.dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("there are no pipes here: ", err)
	}
	for signal, want := range map[os.Signal]int{syscall.SIGTERM: 143, os.Interrupt: 130} {
		c := l.start("sync", "-c", pipe)
		opened := make(chan error, 1)
		go func() {
			f, err := os.OpenFile(pipe, os.O_WRONLY, 0) // which waits until the program opens it
			if err == nil {
				t.Cleanup(func() { f.Close() })
			}
			opened <- err
		}()
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		select {
		case err := <-opened:
			if err != nil {
				t.Fatal(err)
			}
		case err := <-ended:
			t.Fatal("it ended without the configuration: ", err)
		}
		if err := c.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if code := exitCodeOf(t, <-ended); code != want {
			t.Errorf("%v: exit code %d, want %d", signal, code, want)
		}
	}
}
