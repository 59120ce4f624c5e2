package parquet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"desklake/schema"
)

// killVariable makes the test binary tell the story into a lake, until it kills itself: the lake's path, and the number of
// the operation in front of which it does.
const killVariable = "DESKLAKE_LAKE_KILL"

// The machine that stops, in TestACrashAtAnyOperation, loses more; a killed process also leaves its lock and its memory.
func TestAKillAtAnyOperationLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	if path, stop, child := strings.Cut(os.Getenv(killVariable), "|"); child {
		l := &lake{TB: t, Options: Options{Path: path, mergeRows: 6, manyWaiting: 1}, tables: []*schema.Table{pets, words}}
		var done atomic.Int64
		l.disk.before = func(string, string) error {
			if fmt.Sprint(done.Add(1)-1) == stop {
				if p, err := os.FindProcess(os.Getpid()); err != nil || p.Kill() != nil {
					panic("it can't be killed")
				}
				select {} // until it is
			}
			return nil
		}
		if err := l.goOn(); err != nil {
			t.Fatal(err)
		}
		return
	}
	stop, stride := stops()
	for ; ; stop += 5 * stride {
		l := newLake(t)
		l.mergeRows, l.manyWaiting = 6, 1
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // or it does not end by itself
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d", killVariable, l.Path, stop))
		out, err := cmd.CombinedOutput()
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Fatalf("operation %d: the process did not end", stop)
		}
		cancel()
		var killed *exec.ExitError
		if err != nil && (!errors.As(err, &killed) || killed.ExitCode() >= 0) {
			t.Fatalf("operation %d: %v\n%s", stop, err, out)
		}
		newWatcher(l).look()
		if err := l.goOn(); err != nil {
			t.Fatalf("after a kill at operation %d: %v", stop, err)
		}
		l.hasStory(stop)
		if killed == nil {
			t.Logf("fewer than %d operations", stop)
			return
		}
	}
}
