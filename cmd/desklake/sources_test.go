package main

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"desklake/internal/cli"
	"desklake/internal/zendesktest"
)

// newLakeOfTwo configures a lake of the sources acme and beta.
func newLakeOfTwo(t *testing.T, acme, beta *helpdesk, parquet bool, more ...string) *lake {
	t.Helper()
	l := newLake(t, acme)
	sink := "type: duckdb, path: lake.duckdb, lock_wait: 0s"
	if parquet {
		l.files, sink = filepath.Join(l.dir, "files"), "type: parquet, path: files, lock_wait: 0s"
	}
	l.writeConfig("sources:\n" + underSources("acme", acme) + underSources("beta", beta) + "sink: {" + sink + "}\n" + strings.Join(more, "\n") + "\n")
	return l
}

// underSources is a helpdesk as it stands under sources.
func underSources(name string, h *helpdesk) string {
	return fmt.Sprintf("  - {name: %s, type: zendesk, url: %q, start_date: 2000-01-01T00:00:00Z, give_up_after: 1m, auth: {access_token: {token: secret}}}\n", name, h.url)
}

// source is the lake as that of one of its sources.
func (l *lake) source(name string) *lake {
	its := *l
	its.of = name
	return &its
}

// Two accounts in one destination are each what they would be alone, wherever their runs are killed.
func TestTwoAccountsInOneDestinationAreEachExact(t *testing.T) {
	t.Parallel()
	for name, parquet := range map[string]bool{"a DuckDB file": false, "a lake of Parquet files": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			rng := rand.New(rand.NewPCG(seed, 1))
			both := map[string]*helpdesk{}
			for i, source := range []string{"acme", "beta"} {
				both[source] = newHelpdesk(t, zendesktest.Options{Seed: seed + uint64(i), Tickets: killedTickets, AuditsPerTicket: 1, TicketBytes: 300, Latency: time.Millisecond})
			}
			l := newLakeOfTwo(t, both["acme"], both["beta"], parquet).withEveryWalk()
			l.env = append(l.env, commitRowsVariable+"=1")
			kills, enough := 0, 8
			if raced {
				enough = 3
			}
			for runs := 0; kills < enough && runs < 5*enough; runs++ {
				for _, h := range both {
					h.later(func() { h.manyThings(rng, false) })
				}
				if l.killed(both[[]string{"acme", "beta"}[rng.IntN(2)]], rng) {
					kills++
				}
			}
			l.sync()
			t.Logf("killed %d times", kills)
			for source, h := range both {
				alone := newLake(t, h).withEveryWalk()
				alone.sync()
				l.source(source).equals(alone)
			}
			if got := l.query("SELECT source || ' ' || arg_max(status, started_at) || ' ' || count(*) FILTER (status = 'running') FROM desklake.runs GROUP BY source ORDER BY source"); !slices.Equal(got, []string{"acme done 0", "beta done 0"}) {
				t.Errorf("the runs are %q", got)
			}
			if got := l.query("SELECT DISTINCT source, account FROM desklake.checkpoints ORDER BY ALL"); !slices.Equal(got, []string{
				"acme|" + strings.TrimPrefix(both["acme"].url, "http://"), "beta|" + strings.TrimPrefix(both["beta"].url, "http://")}) {
				t.Errorf("the checkpoints are those of %q", got)
			}
		})
	}
}

// smallHelpdesk is one that is read in a moment.
func smallHelpdesk(t *testing.T, seed uint64) *helpdesk {
	t.Helper()
	return newHelpdesk(t, zendesktest.Options{Seed: seed, Tickets: 40})
}

// down lets a helpdesk refuse the credentials.
func down(h *helpdesk) { h.Inject(zendesktest.Fault{Do: zendesktest.Unauthorized()}) }

func TestWhatGoesWrongWithOneSourceKeepsNoOtherFromBeingRead(t *testing.T) {
	t.Parallel()
	acme, beta := smallHelpdesk(t, 1), smallHelpdesk(t, 2)
	l := newLakeOfTwo(t, acme, beta, false)
	down(acme)
	code, stdout, stderr := l.run("sync")
	if code != cli.ExitPartial || !strings.Contains(stderr, "desklake: acme: credentials refused") || !strings.Contains(stdout, "beta: ") {
		t.Errorf("one of two: exit code %d\n%s%s", code, stdout, stderr)
	}
	if got := l.query("SELECT source, status FROM desklake.runs ORDER BY source"); !slices.Equal(got, []string{"acme|failed", "beta|done"}) {
		t.Errorf("the runs are %q", got)
	}
	if code, _, _ := l.run("sync", "--source", "acme"); code != cli.ExitCredentials {
		t.Errorf("the one: exit code %d", code)
	}
	if code, _, _ := l.run("sync", "--source", "beta"); code != cli.ExitDone {
		t.Errorf("the other: exit code %d", code)
	}
	down(beta)
	if code, _, stderr := l.run("sync"); code != cli.ExitCredentials {
		t.Errorf("both alike: exit code %d\n%s", code, stderr)
	}
}

// What a configuration of one source has read stays where it is, when sources with names come to the same place.
func TestASinkOfOneSourceTakesSourcesWithNames(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes, one behind the other")
	}
	t.Parallel()
	for name, parquet := range map[string]bool{"a DuckDB file": false, "a lake of Parquet files": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acme, beta := smallHelpdesk(t, 1), smallHelpdesk(t, 2)
			only := newLake(t, acme)
			if parquet {
				only = newParquetLake(t, acme)
			}
			only.sync()
			config, err := os.ReadFile(filepath.Join(only.dir, "config.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			l := newLakeOfTwo(t, acme, beta, parquet)
			text, err := os.ReadFile(filepath.Join(l.dir, "config.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			only.writeConfig(string(text))
			only.sync()
			if code, stdout, stderr := only.run("status"); code != cli.ExitDone || strings.Count(stdout, " tickets ") != 2 {
				t.Errorf("status: exit code %d\n%s%s", code, stdout, stderr)
			}
			alone := newLake(t, acme)
			alone.sync()
			only.source("acme").equals(alone)
			only.writeConfig(string(config))
			if code, stdout, stderr := only.run("sync"); code != cli.ExitDone || !strings.Contains(stdout, "done: 0 new") {
				t.Errorf("the only source again: exit code %d\n%s%s", code, stdout, stderr)
			}
			if code, stdout, stderr := only.run("runs", "--json"); code != cli.ExitDone || strings.Count(stdout, `"run":`) != 2 {
				t.Errorf("runs: exit code %d\n%s%s", code, stdout, stderr)
			}
		})
	}
}

// A file of the version before has no names of sources, and no table of what is known of its tables.
func TestAFileOfTheVersionBeforeGoesOnFromItsCursorsBesideOthers(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs one process after the other")
	}
	t.Parallel()
	acme, beta := smallHelpdesk(t, 1), smallHelpdesk(t, 2)
	l := newLake(t, acme)
	l.sync()
	db, err := sql.Open("duckdb", l.path)
	if err != nil {
		t.Fatal(err)
	}
	statements := []string{"DROP TABLE desklake.tables"}
	for table, columns := range map[string][]string{"runs": {"account", "source"}, "loads": {"source"}, "issues": {"source"},
		"checkpoints": {"account", "start", "complete_at", "reader", "source"}} {
		for _, column := range columns {
			statements = append(statements, "ALTER TABLE desklake."+table+" DROP COLUMN "+column)
		}
	}
	statements = append(statements, "DELETE FROM desklake.checkpoints WHERE cursor = ''") // lists had none
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(s, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	both := newLakeOfTwo(t, acme, beta, false)
	text, err := os.ReadFile(filepath.Join(both.dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.dir, "both.yaml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	l.sync("-c", "both.yaml")
	if code, stdout, stderr := l.run("status", "--max-age", "1h"); code != cli.ExitDone {
		t.Errorf("status: exit code %d\n%s%s", code, stdout, stderr)
	}
	l.sync()
	if got := l.one("SELECT sum(rows_read) FROM desklake.loads WHERE stream = 'tickets' AND run_id = (SELECT arg_max(run_id, started_at) FROM desklake.runs WHERE source IS NULL)"); got != "0" {
		t.Errorf("%s rows of tickets were read again", got)
	}
	undisturbed := newLake(t, acme)
	undisturbed.sync()
	l.equals(undisturbed)
	l.source("acme").equals(undisturbed)
}
