//go:build unix

package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"desklake/internal/health"
	"desklake/internal/web"
	"desklake/internal/zendesktest"
	"desklake/sink"
	"desklake/sink/duckdb"
	"desklake/sink/parquet"
)

// night is a lake that was read well once, and then meets a fault.
type night struct {
	*lake
	h       *helpdesk
	parquet bool   // the sink is a lake of files
	table   string // that the fault is about
	args    []string

	mu   sync.Mutex
	told []string // the paths that were asked for by the notifications
}

const faultsPage = "../../docs/faults.md"

// Every row of the table for the night engineer is provoked, and what it promises compared.
func TestWhatCanGoWrongAtNightIsAsTheDocumentationSays(t *testing.T) {
	t.Parallel()
	rows := faultRows(t)
	for what := range faults {
		if !slices.ContainsFunc(rows, func(r faultRow) bool { return strings.HasPrefix(r.what, what) }) {
			t.Errorf("no row of %s begins with %q", faultsPage, what)
		}
	}
	for _, row := range rows {
		for sink, parquet := range map[string]bool{"DuckDB": false, "Parquet": true} {
			t.Run(sink+": "+row.what, func(t *testing.T) {
				t.Parallel()
				for what, provoke := range faults {
					if strings.HasPrefix(row.what, what) {
						row.compare(t, newNight(t, parquet), provoke)
						return
					}
				}
				t.Errorf("nothing provokes it")
			})
		}
	}
}

// faultRow is a row of the table.
type faultRow struct{ what, code, run, told, table string }

func faultRows(t *testing.T) (rows []faultRow) {
	t.Helper()
	page, err := os.ReadFile(faultsPage)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "|---|---|--:|---|---|---|\n")
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 6 {
			break
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, faultRow{cells[0], cells[2], cells[3], cells[4], cells[5]})
	}
	if len(rows) < 20 {
		t.Fatalf("%s has %d rows", faultsPage, len(rows))
	}
	return rows
}

// compare lets a night go well, and the next one as provoked.
func (want faultRow) compare(t *testing.T, n *night, provoke func(*night) int) {
	var good sink.Report
	if want.table != string(health.Unavailable) {
		n.sync(n.args...)
		good = n.report()
	}
	n.mu.Lock()
	n.told = nil
	n.mu.Unlock()
	code := provoke(n)
	report := n.report()
	got := want
	if got.code = fmt.Sprint(code); code < 0 {
		got.code = "-"
	}
	if got.run = "-"; good.LastRun == nil || report.LastRun.ID != good.LastRun.ID {
		got.run = string(report.LastRun.Status)
	}
	if want.run == string(sink.Killed) {
		got.run = string(report.Runs[1].Status) // that of the next one stands before it
	}
	if got.told = strings.Join(n.notified(), ", "); got.told == "" {
		got.told = "-"
	}
	got.table = n.stands(good, report)
	if is, either := want.either(got.run); either {
		got.run = is
	}
	if strings.HasSuffix(got.table, ", "+want.table) { // whatever its state
		got.table = want.table
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// either returns the whole cell where it leaves open which of two statuses a run has. One that says that it is running is
// called killed by the next.
func (want faultRow) either(status string) (cell string, is bool) {
	if status == string(sink.Running) {
		status = string(sink.Killed)
	}
	either, _, open := strings.Cut(want.run, ", as ")
	return want.run, open && slices.Contains(strings.Split(either, " or "), status)
}

func newNight(t *testing.T, parquet bool) *night {
	t.Helper()
	h := newHelpdesk(t, zendesktest.Options{Tickets: 300, AuditsPerTicket: 1, Macros: 12})
	n := &night{h: h, parquet: parquet, table: "tickets"}
	if parquet {
		n.lake = newParquetLake(t, h)
	} else {
		n.lake = newLake(t, h)
	}
	n.edit("path:", "lock_wait: 0s, path:")
	told := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.told = append(n.told, strings.Trim(r.URL.Path, "/"))
	}))
	t.Cleanup(told.Close)
	n.edit("  start_date:", "  give_up_after: 2s\n  start_date:")
	n.edit("sink:", fmt.Sprintf("notify: {heartbeat_url: %s/heartbeat, webhooks: [{url: %[1]s/failure, on: [failure]}]}\nsink:", told.URL))
	return n
}

// edit replaces a text of the configuration.
func (n *night) edit(old, by string) {
	n.t.Helper()
	path := filepath.Join(n.dir, "config.yaml")
	text, err := os.ReadFile(path)
	if err == nil && !bytes.Contains(text, []byte(old)) {
		err = fmt.Errorf("the configuration has no %q", old)
	}
	if err == nil {
		err = os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(by), 1), 0o600)
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

// notified are those who were told, without repeats.
func (n *night) notified() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(n.told)))
}

func (n *night) report() sink.Report {
	n.t.Helper()
	inspect, path := duckdb.Inspect, n.path
	if n.parquet {
		inspect, path = parquet.Inspect, n.files
	}
	r, err := inspect(n.t.Context(), path, sink.All)
	if err != nil {
		n.t.Fatal(err)
	}
	return r
}

// tonight runs a sync and returns its exit code.
func (n *night) tonight() int {
	code, stdout, stderr := n.run(append([]string{"sync"}, n.args...)...)
	n.t.Logf("%s%s", stdout, stderr)
	return code
}

// stands says how the table stands, for the status page and for status --max-age, which must agree.
func (n *night) stands(good, now sink.Report) string {
	n.t.Helper()
	table := func(r sink.Report) (found sink.TableReport) {
		for _, t := range r.Tables {
			if t.Name == n.table {
				found = t
			}
		}
		return found
	}
	board := web.NewBoard("test")
	board.Report(now, nil)
	page := web.New(web.Options{Board: board, Service: func() web.Service { return web.Service{Tables: []string{n.table}} }})
	answer := httptest.NewRecorder()
	page.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/api/status.json", nil))
	var shown web.Status
	if err := json.Unmarshal(answer.Body.Bytes(), &shown); err != nil {
		n.t.Fatal(err)
	}
	stands := ""
	for _, s := range shown.Tables {
		if s.Table == n.table {
			stands = string(s.State)
		}
	}
	if at := table(good).FreshAt; !at.IsZero() {
		// An hour after the good night, its reading is too old, and any later one is not.
		if tooOld(sink.Report{Tables: []sink.TableReport{table(now)}}, []string{n.table}, time.Hour, at.Add(time.Hour+time.Microsecond)) != nil {
			stands += ", its age grows"
		}
	}
	return stands
}

// stored is another text after each commit.
func (n *night) stored() string {
	path := n.path + ".wal"
	if n.parquet {
		path = filepath.Join(n.files, "_desklake", "manifest.json")
	}
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return fmt.Sprint(info.Size(), info.ModTime())
}

// execute changes the DuckDB file as a user could.
func (n *night) execute(statement string) {
	n.t.Helper()
	db, err := sql.Open("duckdb", n.path)
	if err == nil {
		_, err = db.Exec(statement)
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

// always is a fault at an endpoint that does not end.
func (n *night) always(endpoint string, do zendesktest.Effect) {
	n.h.Inject(zendesktest.Fault{Match: endpoint, Do: do})
}

// faults provoke the rows of the table that begin like their keys, and return the exit code.
var faults = map[string]func(n *night) int{
	"nothing": (*night).tonight,
	"the helpdesk does not answer, or answers 5xx": func(n *night) int {
		n.always("", zendesktest.Unavailable("0.1"))
		return n.tonight()
	},
	"one endpoint does not answer": func(n *night) int {
		n.table = "macros"
		n.always("macros", zendesktest.Reset())
		return n.tonight()
	},
	"a web page comes instead of JSON": func(n *night) int {
		n.always("", zendesktest.NotJSON())
		return n.tonight()
	},
	"the quota is used up": func(n *night) int {
		n.edit("give_up_after: 2s", "give_up_after: 2m")
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.RateLimited("1")})
		return n.tonight()
	},
	"the helpdesk asks to wait longer than": func(n *night) int {
		n.always("", zendesktest.RateLimited("86400"))
		return n.tonight()
	},
	"the credential is wrong or was revoked": func(n *night) int {
		n.always("", zendesktest.Unauthorized())
		return n.tonight()
	},
	"the user is no admin any more": func(n *night) int {
		for _, endpoint := range []string{"incremental/*/cursor", "incremental/*", "satisfaction_ratings", "slas/policies"} {
			n.always(endpoint, zendesktest.Forbidden())
		}
		return n.tonight()
	},
	"a firewall or an IP allowlist refuses everything": func(n *night) int {
		n.always("", zendesktest.Status(403, "<html>Access denied</html>"))
		return n.tonight()
	},
	"the account was closed or renamed": func(n *night) int {
		n.always("", zendesktest.NotFound())
		return n.tonight()
	},
	"a table that could be read before is refused": func(n *night) int {
		n.table = "sla_policies"
		n.always("slas/policies", zendesktest.Forbidden())
		return n.tonight()
	},
	"an export is refused in the middle": func(n *night) int {
		n.table = "users"
		n.args = []string{"--full-refresh"}
		n.h.Inject(zendesktest.Fault{Match: "incremental/users/cursor", Times: 1, Do: zendesktest.EmptyPageNotLast()})
		n.h.Inject(zendesktest.Fault{Match: "incremental/users/cursor", After: 1, Do: zendesktest.Forbidden()})
		return n.tonight()
	},
	"the plan does not include a table": func(n *night) int {
		n.table = "sla_policies"
		n.always("slas/policies", zendesktest.NotFound())
		return n.tonight()
	},
	"a list comes back empty, and the table has rows": func(n *night) int {
		n.table = "macros"
		n.always("macros", zendesktest.Body(`{"macros":[],"meta":{"has_more":false}}`))
		return n.tonight()
	},
	"a list lost more than half": func(n *night) int {
		n.table = "macros"
		n.h.later(func() {
			for i := range 7 {
				n.h.Delete("macros", n.h.id("macros", i))
			}
		})
		return n.tonight()
	},
	"a row was deleted at the helpdesk": func(n *night) int {
		n.table = "macros"
		n.h.later(func() { n.h.Delete("macros", n.h.id("macros", 0)) })
		return n.tonight()
	},
	"a list changes while it is read": func(n *night) int {
		n.table = "ticket_forms"
		n.always("ticket_forms", zendesktest.Body(`{"ticket_forms":[{"id":1,"name":"a"},{"id":1,"name":"b"}],"count":2,"next_page":null}`))
		return n.tonight()
	},
	"a record has no usable key": func(n *night) int {
		n.args = []string{"--full-refresh"}
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.Field("id", `"none"`)})
		return n.tonight()
	},
	"an unknown field, a value of another type": func(n *night) int {
		n.args = []string{"--full-refresh"}
		n.always("incremental/tickets/cursor", zendesktest.Field("subject", `{"of":"another","type":1}`))
		return n.tonight()
	},
	"the clock of the helpdesk is two days ahead": func(n *night) int {
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.WrongClock(48 * time.Hour)})
		return n.tonight()
	},
	"the configuration names another account": func(n *night) int {
		n.edit("127.0.0.1", "localhost")
		return n.tonight()
	},
	"`source.start_date` was moved back": func(n *night) int {
		n.edit("2000-01-01", "1999-01-01")
		return n.tonight()
	},
	"somebody dropped or emptied a table": func(n *night) int {
		before := n.one("SELECT count(*) FROM tickets")
		if n.parquet {
			if err := os.RemoveAll(filepath.Join(n.files, "tickets")); err != nil {
				n.t.Fatal(err)
			}
		} else {
			n.execute("DROP TABLE tickets")
		}
		code := n.tonight()
		if after := n.one("SELECT count(*) FROM tickets"); after != before {
			n.t.Errorf("%s tickets, then %s", before, after)
		}
		return code
	},
	"the disk is full": func(n *night) int {
		n.h.later(func() { n.h.Change(n.h.rng, 300) })
		if n.parquet {
			n.t.Skip("its manifest is as large as what a night writes: see TestAFullDiskUnderParquetFilesIsToldAndTheNextRunGoesOn")
		}
		n.env = append(n.env, fmt.Sprint(fileSizeVariable, "=", n.size()+100_000), commitRowsVariable+"=1")
		return n.tonight()
	},
	"another run has the sink for longer": func(n *night) int {
		var holder sink.Sink
		var err error
		if n.parquet {
			holder, err = parquet.Open(n.t.Context(), parquet.Options{Path: n.files})
		} else {
			holder, err = duckdb.Open(n.t.Context(), duckdb.Options{Path: n.path})
		}
		if err != nil {
			n.t.Fatal(err)
		}
		code := n.tonight()
		if err := holder.Close(); err != nil {
			n.t.Fatal(err)
		}
		return code
	},
	"the configuration has a mistake": func(n *night) int {
		n.edit("start_date", "start-date")
		return n.tonight()
	},
	"the program is killed": func(n *night) int {
		n.env = append(n.env, commitRowsVariable+"=1")
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.EmptyPageNotLast()})
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", After: 1, Times: 1, Do: zendesktest.Hang()})
		begins, hangs := n.h.expect("incremental/tickets/cursor", 1), n.h.expect("incremental/tickets/cursor", 2)
		c := n.start("sync", "tickets", "--full-refresh")
		<-begins
		before := n.stored()
		<-hangs
		for deadline := time.Now().Add(time.Minute); n.stored() == before && time.Now().Before(deadline); { // until the first page is committed
			<-time.After(10 * time.Millisecond)
		}
		_ = c.Process.Kill()
		_ = c.Wait()
		n.sync("tags")
		n.mu.Lock()
		n.told = nil // of the sync of the tags
		n.mu.Unlock()
		return -1
	},
	"the program is told to stop": func(n *night) int {
		n.h.Inject(zendesktest.Fault{Match: "incremental/tickets/cursor", Times: 1, Do: zendesktest.Hang()})
		hangs := n.h.expect("incremental/tickets/cursor", 1)
		c := n.start("sync", "tickets")
		<-hangs
		_ = c.Process.Signal(syscall.SIGTERM)
		return exitCodeOf(n.t, c.Wait())
	},
}
