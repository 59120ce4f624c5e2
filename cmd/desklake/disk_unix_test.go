//go:build unix

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"desklake/internal/cli"
	"desklake/internal/zendesktest"
)

// limitFileSize makes writes behind so many bytes of a file fail, as on a full disk.
func limitFileSize(bytes uint64) {
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		panic(err)
	}
}

func TestAFullDiskIsToldAndTheNextRunGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	t.Parallel()
	for name, later := range map[string]bool{"first sync": false, "later sync": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHelpdesk(t, zendesktest.Options{Tickets: 400, AuditsPerTicket: 1})
			l, undisturbed := newLake(t, h).withEveryWalk(), newLake(t, h).withEveryWalk()
			if later {
				l.sync()
				undisturbed.copies(l)
				h.later(func() { h.Change(h.rng, 300) })
			}
			size, tickets := l.size(), 0
			// Too little for the head of a file, for its tables, and for ever more of their rows.
			for _, room := range []int64{0, 10_000, 100_000, 400_000, 900_000} {
				l.syncOnFullDisk(size + room)
				if room >= 100_000 || later {
					n, err := strconv.Atoi(l.one("SELECT count(*) FROM tickets"))
					if err != nil || n < tickets {
						t.Errorf("with room for %d bytes %d of %d tickets are left (%v)", room, n, tickets, err)
					}
					tickets = n
				}
			}
			l.sync()
			undisturbed.sync()
			l.equals(undisturbed)
		})
	}
}

// size is that of the lake's file, 0 if there is none.
func (l *lake) size() int64 {
	info, err := os.Stat(l.path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// syncOnFullDisk runs a sync that can't write behind so many bytes of a file, and has to say so.
func (l *lake) syncOnFullDisk(bytes int64) {
	l.t.Helper()
	before := l.env
	l.env = append(before[:len(before):len(before)], fmt.Sprint(fileSizeVariable, "=", bytes), commitRowsVariable+"=1")
	code, stdout, stderr := l.run("sync")
	l.env = before
	if code != cli.ExitSink || strings.Count(stderr, "desklake: ") != 1 || !strings.Contains(stderr, "lake.duckdb: the disk is full\n  Make room and run again") {
		l.t.Errorf("with %d bytes: exit code %d\n%s%s", bytes, code, stdout, stderr)
	}
}
