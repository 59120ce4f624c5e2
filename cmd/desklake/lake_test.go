package main

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"desklake/extract/zendesk"
	"desklake/internal/cli"
	"desklake/schema"
)

// lake is the folder of one configuration: a sink to fill from a helpdesk, by a program in a process of its own.
type lake struct {
	t     *testing.T
	dir   string
	path  string // of the DuckDB file that is queried
	files string // the folder of the Parquet files, of which that file has views; empty if it is the sink
	of    string // the schema with the tables that are compared; main unless set
	env   []string
	lasts time.Duration // for how long a process of it is let run, beside patience
}

// patience is how long a test waits for what must come, and for the end of a process: far longer than it takes on a busy
// machine.
const patience = 4 * time.Minute

// newLake configures a lake. Sink is what stands under sink beside its path, such as lock_wait: 0s.
func newLake(t *testing.T, h *helpdesk, sink ...string) *lake {
	t.Helper()
	l := &lake{t: t, dir: t.TempDir()}
	l.path = filepath.Join(l.dir, "lake.duckdb")
	l.env = append(os.Environ(), fmt.Sprint("GOGC=", seldom))
	l.writeConfig(fmt.Sprintf("source:\n  type: zendesk\n  url: %s\n  start_date: 2000-01-01T00:00:00Z\n"+
		"  auth: {access_token: {token: secret}}\nsink: {%s}\n",
		h.url, strings.Join(append([]string{"type: duckdb", "path: lake.duckdb"}, sink...), ", ")))
	return l
}

// withEveryWalk lets the lake have no more tables than are needed for every way of reading.
func (l *lake) withEveryWalk() *lake {
	l.t.Helper()
	path := filepath.Join(l.dir, "config.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		l.t.Fatal(err)
	}
	l.writeConfig(everyWalk + string(text))
	return l
}

// writeConfig writes the configuration.
func (l *lake) writeConfig(text string) {
	l.t.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, "config.yaml"), []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// everyWalk are tables of every way in which a helpdesk is read. A test that needs no more costs the same however many tables
// there are.
const everyWalk = "tables: [tickets, ticket_metrics, ticket_audits, ticket_comments, organizations, satisfaction_ratings, macros, tags, ticket_forms]\n"

// newParquetLake configures a lake of Parquet files.
func newParquetLake(t *testing.T, h *helpdesk) *lake {
	t.Helper()
	l := newLake(t, h)
	l.files = filepath.Join(l.dir, "files")
	config := filepath.Join(l.dir, "config.yaml")
	text, err := os.ReadFile(config)
	if err == nil {
		err = os.WriteFile(config, bytes.Replace(text, []byte("type: duckdb, path: lake.duckdb"), []byte("type: parquet, path: files"), 1), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// copies makes the lake's file, or files, a copy of another one's.
func (l *lake) copies(other *lake) {
	l.t.Helper()
	if l.files != "" {
		if err := os.CopyFS(l.files, os.DirFS(other.files)); err != nil {
			l.t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(other.path)
	if err == nil {
		err = os.WriteFile(l.path, data, 0o600)
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

// command is a command line of the program that was not started yet. It knows nothing of the limits from others: they
// count requests that were killed before they were answered. One that does not end is killed in the end.
func (l *lake) command(args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(l.t.Context(), l.lasts+patience)
	l.t.Cleanup(cancel)
	c := exec.CommandContext(ctx, "desklake", args...)
	c.Cancel = func() error {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			l.t.Errorf("desklake %s did not end", strings.Join(args, " "))
		}
		return c.Process.Kill()
	}
	c.Dir, c.Env = l.dir, append(l.env, "XDG_CACHE_HOME="+l.t.TempDir())
	return c
}

// start starts a command line.
func (l *lake) start(args ...string) *exec.Cmd {
	l.t.Helper()
	c := l.command(args...)
	if err := c.Start(); err != nil {
		l.t.Fatal(err)
	}
	return c
}

// run runs a command line to its end.
func (l *lake) run(args ...string) (code int, stdout, stderr string) {
	l.t.Helper()
	var out, log strings.Builder
	c := l.command(args...)
	c.Stdout, c.Stderr = &out, &log
	return exitCodeOf(l.t, c.Run()), out.String(), log.String()
}

// sync runs desklake sync, which must succeed.
func (l *lake) sync(args ...string) {
	l.t.Helper()
	if code, _, stderr := l.run(append([]string{"sync"}, args...)...); code != cli.ExitDone {
		l.t.Fatalf("exit code %d\n%s", code, stderr)
	}
}

func exitCodeOf(t *testing.T, err error) int {
	t.Helper()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	if err == nil {
		return cli.ExitDone
	}
	if how, ok := ended.Sys().(syscall.WaitStatus); ok && how.Signaled() && how.Signal() != syscall.SIGKILL {
		return 128 + int(how.Signal()) // as a shell calls the death by a signal
	}
	return ended.ExitCode() // -1 after a kill
}

// query returns the rows of the lake, | between the columns.
func (l *lake) query(statement string) []string {
	l.t.Helper()
	l.makeViews()
	rows, err := query(l.path, statement)
	if err != nil {
		l.t.Fatal(err)
	}
	return rows
}

// makeViews makes the views of Parquet files, once.
func (l *lake) makeViews() {
	l.t.Helper()
	if _, err := os.Stat(l.path); l.files == "" || err == nil {
		return
	}
	if code, _, stderr := l.run("views", "--output", l.path); code != cli.ExitDone {
		l.t.Fatalf("views: exit code %d\n%s", code, stderr)
	}
}

// one returns the only cell of a query.
func (l *lake) one(statement string) string {
	l.t.Helper()
	rows := l.query(statement)
	if len(rows) != 1 {
		l.t.Fatalf("%s: %d rows", statement, len(rows))
	}
	return rows[0]
}

// equals reports what differs in the tables from those of another lake, whose history was another: all columns count
// but those that say when and by which run a row was written. No key may be there twice.
func (l *lake) equals(want *lake) {
	l.t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		l.t.Fatal(err)
	}
	defer db.Close()
	l.makeViews()
	for name, path := range map[string]string{"got": l.path, "want": want.path} {
		if _, err := db.Exec(fmt.Sprintf("ATTACH '%s' AS %s (READ_ONLY)", path, name)); err != nil {
			l.t.Fatal(err)
		}
	}
	there := want.query("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'")
	for _, t := range zendesk.Tables() {
		if !slices.Contains(there, t.Name) {
			continue
		}
		content := "SELECT * EXCLUDE (" + schema.ExtractedAt + ", " + schema.RunID + ") REPLACE (" + schema.DeletedAt + " IS NOT NULL AS " + schema.DeletedAt + ") FROM "
		got, other := content+"got."+cmp.Or(l.of, "main")+"."+t.Name, content+"want."+cmp.Or(want.of, "main")+"."+t.Name
		var same bool // the hash of a row takes an empty list for none, that of its text a text NULL
		var twice int
		if err := db.QueryRow(fmt.Sprintf("SELECT a = b, twice FROM (SELECT (count(*), sum(hash(t)), sum(hash(t::VARCHAR))) AS a, count(*) - count(DISTINCT t.%s) AS twice FROM (%s) t), "+
			"(SELECT (count(*), sum(hash(t)), sum(hash(t::VARCHAR))) AS b FROM (%s) t)", t.Key, got, other)).Scan(&same, &twice); err != nil {
			l.t.Fatal(err)
		}
		if !same {
			l.differs(db, t, got, other)
		}
		if twice > 0 {
			l.t.Errorf("%s: %d rows too many for their keys", t.Name, twice)
		}
	}
}

// differs reports the rows of a table that only one of two lakes has.
func (l *lake) differs(db *sql.DB, t *schema.Table, got, want string) {
	l.t.Helper()
	l.t.Errorf("%s: the rows are not the same", t.Name)
	for side, rows := range map[string]string{"got": got + " EXCEPT ALL " + want, "want": want + " EXCEPT ALL " + got} {
		var n int
		var first sql.NullString
		if err := db.QueryRow(fmt.Sprintf("SELECT count(*), min(%s)::VARCHAR FROM (%s)", t.Key, rows)).Scan(&n, &first); err != nil {
			l.t.Fatal(err)
		}
		if n > 0 {
			l.t.Errorf("%s: %d rows that only %s has, such as %s", t.Name, n, side, first.String)
		}
	}
}

// query returns the rows of a DuckDB file, | between the columns.
func query(path, statement string) (lines []string, err error) {
	db, err := sql.Open("duckdb", path+"?access_mode=READ_ONLY")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.Query(statement)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", statement, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return nil, err
		}
		texts := make([]string, len(cells))
		for i, c := range cells {
			texts[i] = fmt.Sprint(*c.(*any))
		}
		lines = append(lines, strings.Join(texts, "|"))
	}
	return lines, rows.Err()
}
