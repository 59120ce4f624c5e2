//go:build unix

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"desklake/internal/cli"
	"desklake/internal/zendesktest"
)

// nobody is a user without rights of its own, as whom root runs a program that is to be kept from writing.
const nobody = 65534

// allow gives or takes the right to write a folder with all that is in it, to the user of the lake.
func (l *lake) allow(writing bool) {
	l.t.Helper()
	err := filepath.WalkDir(l.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it is gone by now
		}
		mode := fs.FileMode(0o444)
		if d.IsDir() {
			mode |= 0o111
		}
		if writing {
			mode |= 0o200
		}
		if os.Geteuid() == 0 {
			err = os.Lchown(path, nobody, nobody)
		}
		if err == nil {
			err = os.Chmod(path, mode)
		}
		if os.IsNotExist(err) {
			return nil
		}
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// syncAsNobody syncs without root's right to write everything, and calls during while it does.
func (l *lake) syncAsNobody(during func()) (code int, stderr string) {
	l.t.Helper()
	c := l.command("sync")
	var log strings.Builder
	c.Stderr = &log
	c.Env = append(c.Env, commitRowsVariable+"=1", "XDG_CACHE_HOME="+filepath.Join(l.dir, "cache"), "HOME="+l.dir)
	if os.Geteuid() == 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		l.reachable(c.Path)
		l.reachable(l.dir)
	}
	if err := c.Start(); err != nil {
		l.t.Fatal(err)
	}
	during()
	return exitCodeOf(l.t, c.Wait()), log.String()
}

// reachable lets everyone enter the folders above a path, which are temporary ones.
func (l *lake) reachable(path string) {
	l.t.Helper()
	path, err := filepath.EvalSymlinks(path)
	for err == nil && filepath.Dir(path) != filepath.Clean(os.TempDir()) && len(path) > 1 {
		path = filepath.Dir(path)
		err = os.Chmod(path, 0o755)
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

func TestAFolderThatBecomesReadOnlyCostsNothingThatWasCommitted(t *testing.T) {
	t.Parallel()
	for name, newOne := range map[string]func(*testing.T, *helpdesk) *lake{
		"duckdb":  func(t *testing.T, h *helpdesk) *lake { return newLake(t, h) },
		"parquet": newParquetLake,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHelpdesk(t, zendesktest.Options{Tickets: 600, AuditsPerTicket: 1, Latency: 5 * time.Millisecond})
			l := newOne(t, h)
			undisturbed := newLake(t, h)
			undisturbed.sync()
			moments := []int{1, 4, 8}
			if raced {
				moments = moments[1:2]
			}
			for _, requests := range moments {
				l.allow(true)
				came := h.expect("", requests)
				code, stderr := l.syncAsNobody(func() {
					came.await(t)
					l.allow(false)
				})
				// What is open already can still be written.
				if code != cli.ExitDone && (code != cli.ExitSink || !strings.Contains(stderr, "written\n  Give the user")) {
					t.Errorf("after %d requests: exit code %d\n%s", requests, code, stderr)
				}
				t.Logf("after %d requests: exit code %d", requests, code)
			}
			if code, stderr := l.syncAsNobody(func() {}); code != cli.ExitSink || !strings.Contains(stderr, "written\n  Give the user") {
				t.Errorf("a folder that is read-only from the start: exit code %d\n%s", code, stderr)
			}
			l.allow(true)
			if code, stderr := l.syncAsNobody(func() {}); code != cli.ExitDone {
				t.Fatalf("exit code %d\n%s", code, stderr)
			}
			l.equals(undisturbed)
		})
	}
}
