//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"

	"desklake/internal/cli"
	"desklake/internal/zendesktest"
)

// The disk is full for the lock, for the manifest, and for what waits.
func TestAFullDiskUnderParquetFilesIsToldAndTheNextRunGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	t.Parallel()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 1500, AuditsPerTicket: 1})
	l, undisturbed := newParquetLake(t, h).withEveryWalk(), newLake(t, h).withEveryWalk()
	undisturbed.sync()
	full := func(bytes int64) {
		t.Helper()
		before := l.env
		l.env = append(before[:len(before):len(before)], fmt.Sprint(fileSizeVariable, "=", bytes), commitRowsVariable+"=1")
		code, stdout, stderr := l.run("sync")
		l.env = before
		if code != cli.ExitSink || !strings.Contains(stderr, ": the disk is full\n  Make room and run again") {
			t.Errorf("with %d bytes: exit code %d\n%s%s", bytes, code, stdout, stderr)
		}
	}
	for _, bytes := range []int64{0, 1000, 60_000} {
		full(bytes)
	}
	l.sync()
	l.equals(undisturbed)
	if raced {
		return
	}
	h.later(func() { h.Change(h.rng, 300) })
	undisturbed.sync()
	full(60_000)
	l.sync()
	l.equals(undisturbed)
}
