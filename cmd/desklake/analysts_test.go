package main

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"desklake/internal/zendesktest"
)

// analystState is one text for what an analyst sees, and whether that is whole: no run is under way, and each table has
// as many rows as the runs say that they inserted.
const analystState = `SELECT concat_ws(' ', (SELECT max(run_id) FROM desklake.runs), count(*), sum(n), sum(content)), bool_and(n = inserted)
	AND (SELECT bool_and(status <> 'running') FROM desklake.runs)
FROM (SELECT table_name, sum(inserted) AS inserted FROM desklake.loads GROUP BY table_name)
JOIN (SELECT 'tickets' AS table_name, count(*) AS n, sum(hash(t)) AS content FROM tickets t
	UNION ALL SELECT 'ticket_metrics', count(*), sum(hash(t)) FROM ticket_metrics t
	UNION ALL SELECT 'users', count(*), sum(hash(t)) FROM users t) USING (table_name)`

// analyst is a program that looks at a DuckDB file again and again until its input ends, and then prints how often, and
// how many states it saw. Its arguments are the file and how it opens it: once, or again for each look. It ends with an
// error at the first look that is refused or that shows anything but a whole state; and, if it opened the file once,
// another one than the first.
func analyst() {
	path, again := os.Args[1], os.Args[2] == "again"
	every, err := time.ParseDuration(os.Args[3])
	if err != nil {
		panic(err)
	}
	ended := make(chan struct{})
	go func() {
		_, _ = io.ReadAll(os.Stdin)
		close(ended)
	}()
	db, err := sql.Open("duckdb", path+"?access_mode=READ_ONLY")
	looks, states := 0, map[string]bool{}
	for tick := time.Tick(every); err == nil; <-tick {
		if again && looks > 0 {
			db.Close()
			db, err = sql.Open("duckdb", path+"?access_mode=READ_ONLY")
		}
		var state string
		var whole bool
		if err == nil {
			err = db.QueryRow(analystState).Scan(&state, &whole)
		}
		if states[state] = true; err == nil && (!whole || !again && len(states) > 1) {
			err = fmt.Errorf("half a state: %v", states)
		}
		if looks++; looks == 1 {
			fmt.Println("looking")
		}
		select {
		case <-ended:
			fmt.Println(looks, len(states))
			return
		default:
		}
	}
	fmt.Fprintln(os.Stderr, "look", looks, err)
	os.Exit(1)
}

// An analyst's process that keeps the copy open, and one that opens it anew for each query, meet no error and no half
// state while it is replaced twenty times.
func TestAnalystsAreNotDisturbedByTwentyRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	t.Parallel()
	const runs = 20
	h := newHelpdesk(t, zendesktest.Options{Tickets: 60, AuditsPerTicket: 1})
	l := newLake(t, h, "publish: analysts.duckdb")
	l.sync("tickets", "ticket_metrics", "users")
	analysts := map[string]*looking{"once": l.analyst("once", 50*time.Millisecond), "again": l.analyst("again", 50*time.Millisecond)}
	for range runs {
		h.later(func() { h.Change(h.rng, 30) })
		l.sync("tickets", "ticket_metrics", "users")
	}
	for style, a := range analysts {
		looks, states := a.end()
		t.Logf("%s: %d looks, %d states", style, looks, states)
		if want := map[string]int{"once": 1, "again": runs + 1}[style]; states > want || states < min(want, 3) || looks < runs {
			t.Errorf("%s: %d looks, %d states", style, looks, states)
		}
	}
	if n := l.one("SELECT count(*) FROM desklake.runs"); n != fmt.Sprint(runs+1) {
		t.Errorf("%s runs", n)
	}
}

// looking is an analyst's process that has had its first look.
type looking struct {
	*exec.Cmd
	t      *testing.T
	stdin  io.Closer
	stdout *bufio.Reader
	stderr strings.Builder
}

func (l *lake) analyst(style string, every time.Duration) *looking {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), l.lasts+patience)
	l.t.Cleanup(cancel)
	a := &looking{Cmd: exec.CommandContext(ctx, "analyst", filepath.Join(l.dir, "analysts.duckdb"), style, every.String()), t: l.t}
	a.Stderr = &a.stderr
	stdin, err := a.StdinPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	stdout, err := a.StdoutPipe()
	if err == nil {
		err = a.Start()
	}
	if err != nil {
		l.t.Fatal(err)
	}
	a.stdin, a.stdout = stdin, bufio.NewReader(stdout)
	if line, err := a.stdout.ReadString('\n'); line != "looking\n" {
		l.t.Fatalf("the analyst who looks %s: %q, %v", style, line, err)
	}
	return a
}

// end lets the analyst end, and returns what it saw.
func (a *looking) end() (looks, states int) {
	a.t.Helper()
	a.stdin.Close()
	_, scanned := fmt.Fscan(a.stdout, &looks, &states)
	if err := a.Wait(); err != nil || scanned != nil {
		a.t.Errorf("%v, %v: %s", err, scanned, &a.stderr)
	}
	return looks, states
}
