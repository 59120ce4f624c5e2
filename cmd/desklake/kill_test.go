package main

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"desklake/internal/cli"
	"desklake/internal/zendesktest"
)

// A run that is killed with SIGKILL, at any moment, changes nothing in the final tables: each life of a lake is
// killed several times, then runs to its end, and must equal a lake whose runs were not disturbed.
func TestKilledRunsLeaveTheTablesOfAnUndisturbedRun(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]lives{
		"first sync":                             {number: 3, kills: 4},
		"first sync of a helpdesk that changes":  {number: 1, kills: 8, changes: true},
		"later syncs of a helpdesk that changes": {number: 1, kills: 10, changes: true, later: true},

		"first sync to Parquet files of a helpdesk that changes":  {number: 1, kills: 6, changes: true, parquet: true},
		"later syncs to Parquet files of a helpdesk that changes": {number: 1, kills: 8, changes: true, later: true, parquet: true},
	} {
		if raced {
			x.number, x.kills = 1, 4
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x.live(t)
		})
	}
}

type lives struct {
	number  int
	kills   int  // in each
	changes bool // the helpdesk changes after each kill
	later   bool // the lake was filled before
	parquet bool // it is of Parquet files; the undisturbed one is a DuckDB file all the same
}

const killedTickets = 1200

func (x lives) live(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	h := newHelpdesk(t, zendesktest.Options{
		Seed: seed, Tickets: killedTickets, AuditsPerTicket: 1, TicketBytes: 300, Latency: 2 * time.Millisecond,
	})
	undisturbed := newLake(t, h).withEveryWalk()
	undisturbed.sync()
	for range x.number {
		l := newLake(t, h).withEveryWalk()
		if x.parquet {
			l = newParquetLake(t, h).withEveryWalk()
		}
		l.env = append(l.env, commitRowsVariable+"=1") // a commit for every page
		switch {
		case x.later && x.parquet:
			l.sync()
		case x.later:
			l.copies(undisturbed)
		}
		kills := 0
		for runs := 0; kills < x.kills && runs < 5*x.kills; runs++ {
			if x.changes {
				h.later(func() { h.manyThings(rng, x.later) })
			}
			if l.killed(h, rng) {
				kills++
			}
		}
		l.sync()
		if x.changes && !x.later {
			undisturbed = newLake(t, h).withEveryWalk()
		}
		if x.changes {
			undisturbed.sync()
		}
		l.equals(undisturbed)
		l.tellsKills(kills)
	}
}

// tellsKills looks at the run history. A run that was killed before it opened the file is not in it.
func (l *lake) tellsKills(kills int) {
	l.t.Helper()
	n := map[string]int{}
	for _, status := range l.query("SELECT status FROM desklake.runs") {
		n[status]++
	}
	l.t.Logf("killed %d times; the runs: %v", kills, n)
	if n["killed"] > kills || n["running"] > 0 || n["done"] == 0 {
		l.t.Errorf("after %d kills the runs are %v", kills, n)
	}
	if got := l.one("SELECT arg_max(status, started_at) FROM desklake.runs"); got != "done" {
		l.t.Errorf("the last run is %s", got)
	}
}

// killed starts a sync and kills it at some moment: some time after some request, most often, which is between its
// commits, or some time after its start, which can be before it has made the file. It returns false if the run had
// ended, which it can do meanwhile.
func (l *lake) killed(h *helpdesk, rng *rand.Rand) bool {
	came := h.expect("", 1+rng.IntN(18))
	c := l.start("sync")
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	early := (<-chan time.Time)(nil)
	if rng.IntN(5) == 0 {
		early = time.After(time.Duration(rng.IntN(250)) * time.Millisecond)
	}
	select {
	case <-came:
		<-time.After(time.Duration(rng.IntN(60)) * time.Millisecond)
	case <-early:
	case err := <-ended:
		return exitCodeOf(l.t, err) != cli.ExitDone
	}
	_ = c.Process.Kill()
	return exitCodeOf(l.t, <-ended) != cli.ExitDone
}

// manyThings changes records of many tables. Whatever is deleted existed from the beginning and is not changed
// otherwise, so that it does not matter which of the states in between a run has met.
func (h *helpdesk) manyThings(rng *rand.Rand, deletes bool) {
	ticket := func() int64 { return mortal + 1 + rng.Int64N(killedTickets-mortal) }
	for range 30 {
		h.UpdateTicket(ticket(), zendesktest.Update{Comment: "Any news?", Fields: map[string]string{"status": `"pending"`}})
		h.TouchTicket(ticket())
		h.RateTicket(ticket(), "good", "thanks")
	}
	for _, table := range []string{"users", "organizations", "groups", "group_memberships", "macros", "tags", "ticket_forms"} {
		h.Update(table, h.Add(table), rng.IntN(1000))
	}
	h.Add("tickets")
	if deletes {
		h.Delete("tickets", 1+rng.Int64N(mortal))
		for _, table := range []string{"group_memberships", "macros", "tags"} {
			h.Delete(table, h.id(table, rng.IntN(4)))
			h.Restore(table, h.id(table, rng.IntN(4)))
		}
	}
}

// mortal tickets, the first ones, are deleted and not changed.
const mortal = 100

// id is the id of the n-th record of a list.
func (h *helpdesk) id(table string, n int) int64 {
	if table == "tags" { // which have none in their answers
		return int64(n + 1)
	}
	for r := range h.Truth(table) {
		if n--; n < 0 {
			id, _ := strconv.ParseInt(r.Key, 10, 64)
			return id
		}
	}
	panic(table + " has too few records")
}
