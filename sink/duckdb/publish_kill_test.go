//go:build unix

package duckdb_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"desklake/sink"
	"desklake/sink/duckdb"
)

// roles are what the test binary does, as a process of its own, with the file and its copy.
var roles = map[string]func(path, target, step string) error{
	// publishes, and kills itself at a step
	"killed": func(path, target, at string) error {
		*duckdb.CopyBytes = 64 << 10
		seen := map[string]int{}
		*duckdb.Step = func(step string) {
			if seen[step]++; fmt.Sprint(step, " ", seen[step]) == at {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
		return publishIn(path, target)
	},
	// publishes onto a disk that is full after so many bytes
	"full": func(path, target, _ string) error {
		*duckdb.Step = func(step string) {
			if step == "checkpointed" {
				if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 100_000, Max: 100_000}); err != nil {
					panic(err)
				}
			}
		}
		return publishIn(path, target)
	},
	// tries to open the file as a run would
	"second": func(path, _, _ string) error {
		s, err := duckdb.Open(context.Background(), duckdb.Options{Path: path})
		if err == nil {
			return s.Close()
		}
		return err
	},
	// writes into the copy, and holds it open until its input ends; or for ever, for who crashes
	"writer": func(_, target, _ string) error {
		db, err := sql.Open("duckdb", target)
		if err == nil {
			_, err = db.Exec("CREATE TABLE notes AS SELECT 1 AS note")
		}
		fmt.Println(err)
		_, _ = io.ReadAll(os.Stdin)
		return err
	},
}

const roleVariable = "DESKLAKE_TEST_ROLE"

func TestMain(m *testing.M) {
	if name := os.Getenv(roleVariable); name != "" {
		if err := roles[name](os.Args[1], os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func publishIn(path, target string) error {
	s, err := duckdb.Open(context.Background(), duckdb.Options{Path: path, Copy: target, CopyGuard: 0.2})
	if err != nil {
		return err
	}
	_, err = s.Publish(context.Background(), false)
	return errors.Join(err, s.Close())
}

// another is a process in one of the roles.
func (h *house) another(role, step string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(h.t.Context(), 2*time.Minute) // or it does not end by itself
	h.t.Cleanup(cancel)
	c := exec.CommandContext(ctx, os.Args[0], h.path, h.copy, step)
	c.Cancel = func() error {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			h.t.Errorf("the process that is %s did not end", role)
		}
		return c.Process.Kill()
	}
	c.Env = append(os.Environ(), roleVariable+"="+role)
	return c
}

func TestAKillAtAnyStepLeavesAWholeCopy(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]string{
		"compared 1": "5000 of run 1", "checkpointed 1": "5000 of run 1", "copied 1": "5000 of run 1", "copied 3": "5000 of run 1",
		"written 1": "5000 of run 1", "renamed 1": "5000 of run 2",
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.publish(h.run(1, 5000), true)
			if err := h.run(2, 5000).Close(); err != nil {
				t.Fatal(err)
			}
			var ended *exec.ExitError
			if out, err := h.another("killed", step).CombinedOutput(); !errors.As(err, &ended) || ended.ExitCode() != -1 {
				t.Fatalf("it was not killed: %v\n%s", err, out)
			}
			h.holds(h.copy, want)
			h.holds(h.path, "5000 of run 2")
			h.publish(h.open(), want != "5000 of run 2")
			h.holds(h.copy, "5000 of run 2")
			h.onlyFiles("analysts.duckdb", "lake.duckdb")
		})
	}
}

func TestAFullDiskKeepsTheOldCopyAndTakesNoRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(h.run(1, 5000), true)
	if err := h.run(2, 5000).Close(); err != nil {
		t.Fatal(err)
	}
	out, err := h.another("full", "").CombinedOutput()
	if err == nil || string(out) != h.copy+": the disk is full\n" {
		t.Errorf("%v\n%s", err, out)
	}
	h.holds(h.copy, "5000 of run 1")
	h.holds(h.path, "5000 of run 2")
	h.onlyFiles("analysts.duckdb", "lake.duckdb")
}

func TestTheFileStaysLockedUntilTheSinkIsClosed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.run(1, 100)
	if _, err := s.Publish(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	out, err := h.another("second", "").CombinedOutput()
	if err == nil || !strings.Contains(string(out), fmt.Sprintf("is in use by %s (PID %d)", os.Args[0], os.Getpid())) {
		t.Errorf("another run was let in: %v\n%s", err, out)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := h.another("second", "").CombinedOutput(); err != nil {
		t.Errorf("the lock was not released: %v\n%s", err, out)
	}
}

func TestACopyThatIsOpenForWritingIsNotReplaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.publish(h.run(1, 100), true)
	if err := os.Chmod(h.copy, 0o644); err != nil {
		t.Fatal(err)
	}
	writer := h.another("writer", "")
	wrote, err := writer.StdoutPipe()
	if err == nil {
		_, err = writer.StdinPipe()
	}
	if err == nil {
		err = writer.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(wrote).ReadString('\n'); line != "<nil>\n" {
		t.Fatalf("the writer: %q, %v", line, err)
	}
	s := h.run(2, 100)
	_, err = s.Publish(t.Context(), true)
	var path *duckdb.PathError
	if err == nil || !errors.As(err, &path) || !strings.Contains(err.Error(), fmt.Sprintf("is open for writing by %s (PID %d)", os.Args[0], writer.Process.Pid)) {
		t.Errorf("got %v", err)
	}
	if errors.As(err, new(*sink.Locked)) {
		t.Errorf("%v looks like another run", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	// It crashes, and leaves a log that fits no other file.
	_ = writer.Process.Kill()
	_ = writer.Wait()
	if _, err := os.Stat(h.copy + ".wal"); err != nil {
		t.Fatalf("the writer has left no log: %v", err)
	}
	h.publish(h.open(), true)
	h.holds(h.copy, "100 of run 2")
	h.onlyFiles("analysts.duckdb", "lake.duckdb")
}
