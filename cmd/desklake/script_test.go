package main

import (
	"database/sql"
	"errors"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"desklake/extract"
	"desklake/extract/zendesk"
)

// TestScripts runs the command lines of testdata/script. Beside testscript's own commands they know:
//
//	helpdesk start [OPTION=VALUE...]   starts a helpdesk at $HELPDESK, whose host and port are $ADDRESS
//	helpdesk ACT [ARGUMENT...]         does something to it, or asks it something: see script_helpdesk_test.go
//	webhook start|got                  starts an address for messages at $WEBHOOK, prints what came there
//	sql FILE QUERY                     prints the rows of a DuckDB file, a line each, | between the columns
//	create FILE STATEMENT              executes a statement in a DuckDB file, which it makes where there is none
//	exits CODE COMMAND [ARGUMENT...]   runs a command that must end with this exit code
//
// $TABLES and $STREAMS are how many of them there are.
func TestScripts(t *testing.T) {
	t.Parallel()
	deadline, _ := t.Deadline() // of all tests; a script that hangs is told with what it did
	folder, files := "../../testdata/script", []string(nil)
	if testing.Short() { // a process takes long to start under the race detector: these are those in which much happens at once
		folder, files = "", []string{folder + "/sync.txtar", folder + "/serve.txtar", folder + "/parquet.txtar", folder + "/publish.txtar", folder + "/backfill.txtar"}
	}
	testscript.Run(t, testscript.Params{
		Deadline:            deadline,
		Dir:                 folder,
		Files:               files,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CACHE_HOME", e.WorkDir+"/.cache")
			e.Setenv("GOGC", strconv.Itoa(seldom))
			e.Setenv("TABLES", strconv.Itoa(len(zendesk.Tables())))
			e.Setenv("STREAMS", strconv.Itoa(len(allStreams(t))))
			e.Values[helpdeskKey{}] = new(*helpdesk)
			e.Values[webhookKey{}] = new(webhook)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"helpdesk": scriptHelpdesk, "webhook": scriptWebhook, "sql": scriptSQL, "create": scriptCreate, "exits": scriptExits,
		},
	})
}

// allStreams are the streams of all tables, of which those of audits: full are none.
func allStreams(t *testing.T) []extract.Stream {
	t.Helper()
	source, err := zendesk.New(zendesk.Options{Subdomain: "acme", Auth: zendesk.AccessToken{Token: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := source.Discover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return catalog.Streams
}

func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d instead of %d", got, want)
	}
}

func scriptSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sql FILE QUERY")
	}
	rows, err := query(ts.MkAbs(args[0]), args[1])
	ts.Check(err)
	for _, row := range rows {
		_, err := ts.Stdout().Write([]byte(row + "\n"))
		ts.Check(err)
	}
}

func scriptCreate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: create FILE STATEMENT")
	}
	db, err := sql.Open("duckdb", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec(args[1])
	ts.Check(errors.Join(err, db.Close()))
}
